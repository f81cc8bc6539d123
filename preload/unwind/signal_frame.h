// What the kernel pushes before it runs a signal handler on x86-64: the interrupted registers in a ucontext.
//
// Owns: that layout and how to recognise the code that a handler returns to (sigreturn). Called by unwind_row.cpp, by
// the walk when it steps over such a frame, and by register_walk.cpp.
#pragma once

#include <cstdint>

#include "preload/unwind/cfi.h"
#include "preload/unwind/cfi_program.h"
#include "preload/unwind/register_file.h"

namespace dregs {

// Distances from the stack pointer of the frame that calls sigreturn: it points at the ucontext.
inline constexpr std::int64_t kSavedBp = 120;
inline constexpr std::int64_t kSavedSp = 160;
inline constexpr std::int64_t kSavedPc = 168;

// Whether the handler whose frame has its stack pointer at `context` has ended, though its frame is still there. A
// handler runs where it interrupted, or on an alternate stack. Coroutines are made by letting one begin there and
// leaving it for good by a jump (QEMU, GNU Pth): what it interrupted has gone on since, and is no caller of theirs. The
// kernel still knows whether the thread is on its alternate stack, or has disarmed that while the handler runs.
bool handler_is_over(std::uintptr_t context, ReadablePages& pages);

// Whether the rules of a signal frame (augmentation 'S') say just that.
bool has_kernel_layout(const CodeImage& image, const Rules& rules, std::uintptr_t pc);

// Whether the code at `pc` is "mov $15, %rax; syscall" (SYS_rt_sigreturn), as in programs with a restorer of their own.
bool is_signal_return(const CodeImage& image, std::uintptr_t pc);

// The registers that were interrupted, of a frame whose stack pointer is `context`. False: that memory is not there.
bool interrupted_registers(const CodeImage& image, std::uintptr_t context, RegisterFile* registers);

// What a function that has been called leaves as it was, and where it returns to.
struct ResumePoint {
    std::uint64_t rbx, rbp, rsp, r12, r13, r14, r15, pc;
};
// False: not all of them are known.
bool find_resume_point(const RegisterFile& registers, ResumePoint* point);
// The handler is to return there, as a call that has returned 0.
void return_to(std::uintptr_t context, const ResumePoint& point);

}  // namespace dregs
