// See span_code.h.
//
// Nothing of a call that passes may change: the registers that hold arguments (r10, the static chain, and rax, the
// number of vector registers of a variadic call, among them; vector registers at their full width, since what we call
// may use them), the stack, the return address. So `cross` leaves no frame when it jumps on, and arguments on the
// stack, exceptions, longjmp, functions that return twice or look at their return address see what they always saw.
// Lost are r11, which the loader's lazy binding uses up just the same, and what no caller expects to keep and no
// argument is passed in: mask registers, vector registers from 16 on.
//
// Saving all of them takes several times as long as all else, and mostly nothing is in use beyond the lower halves of
// the vector registers: so it is asked first.
#include "analyzer/spans/span_code.h"

#include <array>

#include "dregs/span_table.h"

// Offsets of dregs_span_header and dregs_span in the code below.
static_assert(offsetof(dregs_span_header, crossed) == 0 && offsetof(dregs_span_header, start) == 8);
static_assert(offsetof(dregs_span_header, find) == 16 && offsetof(dregs_span_header, dlsym) == 24);
static_assert(offsetof(dregs_span_header, vector_bytes) == 32 && offsetof(dregs_span_header, span_count) == 36);
static_assert(sizeof(dregs_span_header) == 40 && offsetof(dregs_span, real) == 0 && offsetof(dregs_span, name) == 8);

#define REFERENCE(number)          \
    ".byte 0x48, 0x8d, 0x1d\n"     \
    "dregs_code_reference_" number \
    ":\n"                          \
    ".long 0\n" /* leaq header(%rip), %rbx */

asm(R"(
    .pushsection .rodata.dregs_span_code, "a", @progbits
    .balign 16
dregs_code_begin:

dregs_code_cross:               # r11: the span
    pushq %rbp
dregs_code_pushed:
    movq %rsp, %rbp
dregs_code_made:
    pushq %rbx                  # -8
    pushq %rax                  # -16
    pushq %rdi                  # -24
    pushq %rsi                  # -32
    pushq %rdx                  # -40
    pushq %rcx                  # -48
    pushq %r8                   # -56
    pushq %r9                   # -64
    pushq %r10                  # -72
    pushq %r11                  # -80, later: where to jump to; -88: 2 where the lower halves were all
)" REFERENCE("cross") R"(
    movl 32(%rbx), %eax
    testl %eax, %eax
    jz 6f
1:                              # eax: bytes for the vector registers | 1: has xsavec | 2: has xgetbv(1)
    testb $2, %al
    jz 12f
    movl $1, %ecx               # is more than the lower halves in use? Mostly not
    xgetbv
    testb $0x44, %al
    movl 32(%rbx), %eax
    jnz 12f
    pushq $2
    subq $256, %rsp
    andq $-64, %rsp
    movaps %xmm0, 0(%rsp)
    movaps %xmm1, 16(%rsp)
    movaps %xmm2, 32(%rsp)
    movaps %xmm3, 48(%rsp)
    movaps %xmm4, 64(%rsp)
    movaps %xmm5, 80(%rsp)
    movaps %xmm6, 96(%rsp)
    movaps %xmm7, 112(%rsp)
    movaps %xmm8, 128(%rsp)
    movaps %xmm9, 144(%rsp)
    movaps %xmm10, 160(%rsp)
    movaps %xmm11, 176(%rsp)
    movaps %xmm12, 192(%rsp)
    movaps %xmm13, 208(%rsp)
    movaps %xmm14, 224(%rsp)
    movaps %xmm15, 240(%rsp)
    jmp 2f
12:
    pushq $0
    subq %rax, %rsp
    andq $-64, %rsp
    cmpl $512, %eax
    jbe 5f
    xorl %edx, %edx             # xsave leaves parts of its header as they are, xrstor looks at them
    movq %rdx, 512(%rsp)
    movq %rdx, 520(%rsp)
    movq %rdx, 528(%rsp)
    movq %rdx, 536(%rsp)
    movq %rdx, 544(%rsp)
    movq %rdx, 552(%rsp)
    movq %rdx, 560(%rsp)
    movq %rdx, 568(%rsp)
    testb $1, %al
    movl $0x46, %eax            # what can hold arguments: registers 0 to 15 at 16, 32 and 64 bytes
    jz 10f
    xsavec64 (%rsp)             # only what is in use
2:
    movq (%rbx), %rax
    testq %rax, %rax
    jz 3f
    movq -80(%rbp), %rdi
    movq %rbp, %rsi
    callq *%rax
3:
    movq -80(%rbp), %rdi
    movq (%rdi), %rax
    testq %rax, %rax
    jnz 4f
    movq %rbp, %rsi
    leaq dregs_code_next(%rip), %rdx
    movq 16(%rbx), %rax
    testq %rax, %rax
    jz 9f
    callq *%rax
4:
    movq %rax, -80(%rbp)
    cmpl $2, -88(%rbp)
    je 11f
    cmpl $512, 32(%rbx)
    jbe 7f
    movl $0x46, %eax
    xorl %edx, %edx
    xrstor64 (%rsp)
    jmp 8f
5:
    fxsave64 (%rsp)
    jmp 2b
10:
    xsave64 (%rsp)
    jmp 2b

6:                              # how many bytes that is: asked once
    movl $1, %eax
    cpuid
    movl $512, %edi
    testl $0x08000000, %ecx     # OSXSAVE
    jz 63f
    xorl %ecx, %ecx
    xgetbv
    andl $0x46, %eax
    movl %eax, %esi
    movl $576, %edi
    movl $2, %r8d
61:
    btl %r8d, %esi
    jnc 62f
    movl $13, %eax
    movl %r8d, %ecx
    cpuid
    addl %ebx, %eax
    cmpl %edi, %eax
    cmoval %eax, %edi
62:
    incl %r8d
    cmpl $8, %r8d
    jb 61b
    movl $13, %eax
    movl $1, %ecx
    cpuid
    shrl %eax
    andl $3, %eax               # XSAVEC, XGETBV of what is in use
    orl %eax, %edi
63:
)" REFERENCE("measure") R"(
    movl %edi, 32(%rbx)
    movl %edi, %eax
    jmp 1b

9:                              # without the shim
    movslq 8(%rdi), %rsi
    leaq 8(%rdi,%rsi), %rsi
    movq $-1, %rdi              # RTLD_NEXT
    callq *24(%rbx)
    jmp 4b

11:
    movaps 0(%rsp), %xmm0
    movaps 16(%rsp), %xmm1
    movaps 32(%rsp), %xmm2
    movaps 48(%rsp), %xmm3
    movaps 64(%rsp), %xmm4
    movaps 80(%rsp), %xmm5
    movaps 96(%rsp), %xmm6
    movaps 112(%rsp), %xmm7
    movaps 128(%rsp), %xmm8
    movaps 144(%rsp), %xmm9
    movaps 160(%rsp), %xmm10
    movaps 176(%rsp), %xmm11
    movaps 192(%rsp), %xmm12
    movaps 208(%rsp), %xmm13
    movaps 224(%rsp), %xmm14
    movaps 240(%rsp), %xmm15
    jmp 8f
7:
    fxrstor64 (%rsp)
8:
    movq -80(%rbp), %r11
    movq -72(%rbp), %r10
    movq -64(%rbp), %r9
    movq -56(%rbp), %r8
    movq -48(%rbp), %rcx
    movq -40(%rbp), %rdx
    movq -32(%rbp), %rsi
    movq -24(%rbp), %rdi
    movq -16(%rbp), %rax
    movq -8(%rbp), %rbx
    leave
dregs_code_left:
    testq %r11, %r11
    jz 0f
    jmpq *%r11
0:                              # nobody has the function: somebody asked for our own by its name
    xorl %eax, %eax
    ret
dregs_code_cross_end:

dregs_code_next:
    pushq %rbx
dregs_code_next_pushed:
)" REFERENCE("next") R"(
    callq *24(%rbx)
    popq %rbx
dregs_code_next_popped:
    ret
dregs_code_next_end:

dregs_code_start:
    pushq %rbx
dregs_code_start_pushed:
)" REFERENCE("start") R"(
    movq 8(%rbx), %rax
    testq %rax, %rax
    jz 0f
    leaq 40(%rbx), %rdi
    movl 36(%rbx), %esi
    leaq dregs_code_next(%rip), %rdx
    callq *%rax
0:
    popq %rbx
dregs_code_start_popped:
    ret
dregs_code_end:
    .popsection
)");

// Labels of the code above.
#define CODE_LABEL(label) extern "C" const std::uint8_t dregs_code_##label[] __attribute__((visibility("hidden")));
CODE_LABEL(begin)
CODE_LABEL(cross)
CODE_LABEL(pushed)
CODE_LABEL(made)
CODE_LABEL(left)
CODE_LABEL(cross_end)
CODE_LABEL(next)
CODE_LABEL(next_pushed)
CODE_LABEL(next_popped)
CODE_LABEL(next_end)
CODE_LABEL(start)
CODE_LABEL(start_pushed)
CODE_LABEL(start_popped)
CODE_LABEL(end)
CODE_LABEL(reference_cross)
CODE_LABEL(reference_measure)
CODE_LABEL(reference_next)
CODE_LABEL(reference_start)
#undef CODE_LABEL

namespace dregs::span_code {
namespace {

std::size_t offset(const std::uint8_t* label) { return static_cast<std::size_t>(label - dregs_code_begin); }

}  // namespace

absl::Span<const std::uint8_t> bytes() { return {dregs_code_begin, offset(dregs_code_end)}; }
std::size_t cross() { return offset(dregs_code_cross); }
std::size_t start() { return offset(dregs_code_start); }
std::size_t next() { return offset(dregs_code_next); }

absl::Span<const std::size_t> header_references() {
    static const std::array<std::size_t, 4> kReferences{
        offset(dregs_code_reference_cross), offset(dregs_code_reference_measure), offset(dregs_code_reference_next),
        offset(dregs_code_reference_start)};
    return kReferences;
}

Frame frame_of_cross() {
    return {offset(dregs_code_pushed), offset(dregs_code_made), offset(dregs_code_left), offset(dregs_code_cross_end)};
}
Pushed pushed_by_start() {
    return {start(), offset(dregs_code_start_pushed), offset(dregs_code_start_popped), offset(dregs_code_end)};
}
Pushed pushed_by_next() {
    return {next(), offset(dregs_code_next_pushed), offset(dregs_code_next_popped), offset(dregs_code_next_end)};
}

}  // namespace dregs::span_code
