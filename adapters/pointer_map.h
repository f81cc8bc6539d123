// What an adapter knows of the library's objects, by their addresses.
//
// Lock-free; grows by levels of double size that never move or go, so a value once found stays where it is until it is
// erased. Any thread; the same key only from the thread that owns the object, as the libraries themselves demand. Zero
// bytes are an empty map.
#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>

#include "adapters/attributes.h"

namespace dregs::adapters {

template <typename Value>
class PointerMap {
  public:
    // Null: unknown.
    Value* find(const void* object) {
        const auto key = reinterpret_cast<std::uintptr_t>(object);
        for (unsigned number = 0; number < kLevels; ++number) {
            Slot* slots = load(levels_[number]);
            if (!slots) return nullptr;
            for (std::size_t i = 0; i < kWindow; ++i) {
                Slot& slot = at(slots, number, key, i);
                const std::uintptr_t found = load(slot.key);
                if (ADAPTER_LIKELY(found == key)) return &slot.value;
                if (found == kNever) return nullptr;
            }
        }
        return nullptr;
    }

    // A fresh value for an object that is new, or new again. Null: no memory.
    Value* insert(const void* object) {
        const auto key = reinterpret_cast<std::uintptr_t>(object);
        Value* value = find(object);
        for (unsigned number = 0; !value && number < kLevels; ++number) value = claim(number, key);
        if (value) *value = Value{};
        return value;
    }

    void erase(const void* object) {
        if (Value* value = find(object)) store(slot_of(value)->key, kErased);
    }

  private:
    struct Slot {
        std::uintptr_t key;
        Value value;
    };
    static constexpr std::uintptr_t kNever = 0;
    static constexpr std::uintptr_t kErased = 1;
    static constexpr unsigned kLevels = 20;
    static constexpr std::size_t kFirstSlots = 256;
    static constexpr std::size_t kWindow = 16;

    template <typename T>
    static T load(const T& from) {
        return __atomic_load_n(&from, __ATOMIC_ACQUIRE);
    }
    template <typename T>
    static void store(T& to, T value) {
        __atomic_store_n(&to, value, __ATOMIC_RELEASE);
    }
    template <typename T>
    static bool exchange(T& at, T expected, T desired) {
        return __atomic_compare_exchange_n(&at, &expected, desired, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    }
    static Slot& at(Slot* slots, unsigned number, std::uintptr_t key, std::size_t i) {
        const std::size_t mask = (kFirstSlots << number) - 1;
        return slots[(((key >> 4) * 0x9E3779B97F4A7C15u >> 24) + i) & mask];
    }
    static Slot* slot_of(Value* value) {
        return reinterpret_cast<Slot*>(reinterpret_cast<char*>(value) - offsetof(Slot, value));
    }

    Value* claim(unsigned number, std::uintptr_t key) {
        Slot* slots = level(number);
        for (std::size_t i = 0; slots && i < kWindow; ++i) {
            Slot& slot = at(slots, number, key, i);
            const std::uintptr_t found = load(slot.key);
            if (found <= kErased && exchange(slot.key, found, key)) return &slot.value;
        }
        return nullptr;
    }

    ADAPTER_COLD Slot* make_level(unsigned number) {
        const int saved = errno;
        const std::size_t bytes = (kFirstSlots << number) * sizeof(Slot);
        void* fresh = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (fresh != MAP_FAILED && !exchange(levels_[number], static_cast<Slot*>(nullptr), static_cast<Slot*>(fresh)))
            munmap(fresh, bytes);
        errno = saved;
        return load(levels_[number]);
    }
    Slot* level(unsigned number) {
        Slot* slots = load(levels_[number]);
        return slots ? slots : make_level(number);
    }

    Slot* levels_[kLevels];
};

}  // namespace dregs::adapters
