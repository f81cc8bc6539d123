// What a seccomp filter makes of a system call, found out without making the call.
//
// A filter may kill for a call that the program never makes, and nothing can be tried without making it: so the filters
// are asked before each call of ours. Which filters there are is kept_filters.h's. Calls nothing, needs no memory.
#pragma once

#include <cstdint>

struct sock_filter;

namespace dregs::sandbox {

struct SystemCall {
    long number;
    std::uint64_t arguments[6];
};

struct Filter {
    const sock_filter* instructions;  // null: nothing passes (strict mode, or a filter that cannot be kept)
    std::uint32_t count;
};

// What a filter returns for a call (SECCOMP_RET_*); SECCOMP_RET_KILL_PROCESS for one that is not well formed.
std::uint32_t evaluate(const Filter& filter, const SystemCall& call);
// Whether the call would be made and nothing else happen.
bool passes(const Filter& filter, const SystemCall& call);

}  // namespace dregs::sandbox
