// Memory-order shorthands for plain fields: the trace's records are bytes in a file, so they cannot be std::atomic.
//
// What ends in `_local` is one instruction without a lock: a signal handler on the same thread cannot tear it, other
// threads must not write.
#pragma once

#include <cstdint>

namespace dregs {

template <typename T>
T load_relaxed(const T& from) {
    T value;
    __atomic_load(&from, &value, __ATOMIC_RELAXED);
    return value;
}
template <typename T>
T load_acquire(const T& from) {
    T value;
    __atomic_load(&from, &value, __ATOMIC_ACQUIRE);
    return value;
}
template <typename T>
void store_relaxed(T& to, T value) {
    __atomic_store(&to, &value, __ATOMIC_RELAXED);
}
template <typename T>
void store_release(T& to, T value) {
    __atomic_store(&to, &value, __ATOMIC_RELEASE);
}
template <typename T>
T exchange(T& at, T value) {
    T before;
    __atomic_exchange(&at, &value, &before, __ATOMIC_SEQ_CST);
    return before;
}
template <typename T>
bool compare_exchange(T& at, T& expected, T value) {
    return __atomic_compare_exchange(&at, &expected, &value, false, __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE);
}
// Returns the value before.
template <typename T>
T fetch_add(T& at, T value) {
    return __atomic_fetch_add(&at, value, __ATOMIC_SEQ_CST);
}

inline void add_local(std::uint64_t& at, std::uint64_t value) { asm volatile("addq %1, %0" : "+m"(at) : "er"(value)); }
inline void add_local(std::int64_t& at, std::int64_t value) { asm volatile("addq %1, %0" : "+m"(at) : "er"(value)); }

// Nothing is moved across it by the compiler.
template <typename T>
inline bool compare_exchange_local(T& at, T expected, T value) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8);
    bool done = false;
    if constexpr (sizeof(T) == 8)
        asm volatile("cmpxchgq %3, %0" : "+m"(at), "=@ccz"(done), "+a"(expected) : "r"(value) : "memory");
    else
        asm volatile("cmpxchgl %3, %0" : "+m"(at), "=@ccz"(done), "+a"(expected) : "r"(value) : "memory");
    return done;
}

}  // namespace dregs
