// The library's own functions, behind the adapter's of the same names.
//
// A library that the program is linked with is found once, when the adapter is loaded. One that came by dlopen may be
// seen by its caller only, and may go again: it is looked up through the caller at each call. Where there is none at
// all (somebody asked for the name by itself) the call does nothing and returns zero.
//
//   #define FUNCTIONS(X) X(wmem_alloc) X(wmem_free)
//   ADAPTER_NEXT_TABLE(FUNCTIONS, ADAPTER_NO_QUESTIONS)
//   ... NEXT(wmem_alloc)(allocator, bytes) ...
#pragma once

#include "adapters/attributes.h"

namespace dregs::adapters {

// RTLD_NEXT, or null. `of_adapter` lies in the adapter.
void* find_next(const char* name);
// As the module that `caller` lies in finds it, or null. Keeps errno.
void* find_through(std::uintptr_t caller, const char* name, const void* own);

template <typename Pointer>
class NextPointer {
  public:
    constexpr NextPointer(const char* name, Pointer own, Pointer nothing) : name_(name), own_(own), nothing_(nothing) {}

    // While the program starts: what is there now stays.
    void pin() { pinned_ = reinterpret_cast<Pointer>(find_next(name_)); }

    ADAPTER_INLINE Pointer get(const void* caller) const {
        return ADAPTER_LIKELY(pinned_ != nullptr) ? pinned_ : find(reinterpret_cast<std::uintptr_t>(caller));
    }

  private:
    ADAPTER_COLD Pointer find(std::uintptr_t caller) const {
        const auto found = reinterpret_cast<Pointer>(find_through(caller, name_, reinterpret_cast<const void*>(own_)));
        return found ? found : nothing_;
    }

    const char* name_;
    Pointer own_;
    Pointer nothing_;
    Pointer pinned_ = nullptr;
};

template <typename Function>
class Next;

template <typename Result, typename... Arguments>
class Next<Result(Arguments...)> : public NextPointer<Result (*)(Arguments...)> {
  public:
    constexpr Next(const char* name, Result (*own)(Arguments...))
        : NextPointer<Result (*)(Arguments...)>(name, own, [](Arguments...) { return Result(); }) {}
};

template <typename Result, typename... Arguments>
class Next<Result(Arguments..., ...)> : public NextPointer<Result (*)(Arguments..., ...)> {
  public:
    constexpr Next(const char* name, Result (*own)(Arguments..., ...))
        : NextPointer<Result (*)(Arguments..., ...)>(name, own, &nothing) {}

  private:
    static Result nothing(Arguments..., ...) { return Result(); }
};

}  // namespace dregs::adapters

#define ADAPTER_DEFINE_NEXT(name) constinit ::dregs::adapters::Next<decltype(name)> next_##name{#name, name};
#define ADAPTER_DEFINE_ASKED(name) constinit ::dregs::adapters::Next<decltype(name)> next_##name{#name, nullptr};
#define ADAPTER_PIN_NEXT(name) next_##name.pin();
// FUNCTIONS: those that the adapter stands for. QUESTIONS: others that it asks, and has no function for.
#define ADAPTER_NEXT_TABLE(FUNCTIONS, QUESTIONS)  \
    namespace {                                   \
    FUNCTIONS(ADAPTER_DEFINE_NEXT)                \
    QUESTIONS(ADAPTER_DEFINE_ASKED)               \
    __attribute__((constructor)) void on_load() { \
        FUNCTIONS(ADAPTER_PIN_NEXT)               \
        QUESTIONS(ADAPTER_PIN_NEXT)               \
    }                                             \
    }
#define ADAPTER_NO_QUESTIONS(X)
#define NEXT(name) next_##name.get(__builtin_return_address(0))
