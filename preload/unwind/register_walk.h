// The full step: from a frame to its caller with all general registers, whatever its unwind information says.
//
// Owns: applying rules to registers. Slow (it runs the call-frame program each time), used for a whole walk when a
// frame on the way needs more than pc, sp and bp. Memory is read only where it can be read. Called by unwind.cpp.
#pragma once

#include <cstdint>

#include "preload/system/attributes.h"
#include "preload/unwind/cfi.h"
#include "preload/unwind/register_file.h"

namespace dregs {

// How a frame continues. Also the result of the fast step.
enum class Step : std::uint8_t {
    kCaller,    // the frame is the caller's now
    kEnd,       // there is no caller: the thread began here
    kNoUnwind,  // the caller cannot be known
    kComplex,   // fast step only: registers are needed
    kPlanted,   // there is no such frame: the one further in was the outermost
    kNoCode,    // there is no such frame, and the caller of the one further in cannot be known
    kDoubtful,  // fast step only: step_doubtful() knows which of the two it is
};

// `registers` are those of a frame at value[kReturnAddress]; `exact` says whether that is where it was interrupted, or
// a return address. On kCaller both are the caller's.
Step step_registers(const CodeImage& image, RegisterFile* registers, bool* exact);

// The registers that the caller's callers may need, as they are now; kReturnAddress is an address in the caller of this
// function, exact. Inlined, so that the frame captured is the caller's own.
DREGS_INLINE void capture_registers(RegisterFile* registers) {
    std::uint64_t* value = registers->value;
    __asm__ volatile(
        "movq %%rbx, 24(%0)\n\t"
        "movq %%rbp, 48(%0)\n\t"
        "movq %%rsp, 56(%0)\n\t"
        "movq %%r12, 96(%0)\n\t"
        "movq %%r13, 104(%0)\n\t"
        "movq %%r14, 112(%0)\n\t"
        "movq %%r15, 120(%0)\n\t"
        "leaq 0f(%%rip), %%rax\n"
        "0:\n\t"
        "movq %%rax, 128(%0)"
        :
        : "r"(value)
        : "rax", "memory");
    registers->known = 1u << kRbx | 1u << kRbp | 1u << kRsp | 0xF000u | 1u << kReturnAddress;
}

}  // namespace dregs
