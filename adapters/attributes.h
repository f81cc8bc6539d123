// Compiler attributes and frame access of the adapters, and nothing else.
#pragma once

#include <cstdint>

#include "dregs/api_table.h"

#define ADAPTER_EXPORT extern "C" __attribute__((visibility("default")))
#define ADAPTER_INLINE __attribute__((always_inline)) inline
#define ADAPTER_COLD __attribute__((cold, noinline))
#define ADAPTER_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define ADAPTER_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

// The caller of the function that this stands in, which keeps a frame pointer (-fno-omit-frame-pointer): where stacks
// begin, so that no frame of ours is ever in them.
#define ADAPTER_CALLER()                                                       \
    ::dregs_caller {                                                           \
        reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)),         \
            reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) + 16, \
            *static_cast<const std::uintptr_t*>(__builtin_frame_address(0))    \
    }
