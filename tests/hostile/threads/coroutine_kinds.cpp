// Coroutines as the libraries make them: each kind runs its body on a stack of its own, pauses, and goes on; each time
// the body keeps blocks. Prints what it did. What must come of it: each stack ends with the body, whole, and no frame
// stands in it that nobody called.
//
// The kinds differ in what the outermost function finds in the place of its return address, and in how the stack is
// made.
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <coroutine>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/hostile/keep_blocks.h"

#define KEEP __attribute__((noinline))

namespace {

constexpr std::size_t kStackBytes = 64 << 10;
constexpr int kBlocks = 5;

void* map_stack() { return mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }

// --- A switch by hand, and a word where the outermost function would return to

extern "C" void switch_stacks(void** from, void* to);
extern "C" void finish_label();
asm(R"(
    .text
    .local switch_stacks
    .type switch_stacks, @function
switch_stacks:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .size switch_stacks, . - switch_stacks
    jmp *%rbx
    .local finish_label
finish_label:
    ud2
)");

void* outside;
void* inside;

KEEP void body_by_hand() {
    for (;;) {
        keep_blocks(kBlocks);
        switch_stacks(&inside, outside);
        asm volatile("");
    }
}

// What lies above a stack may look like more of it, and goes after the first half.
void run_by_hand(std::uint64_t planted) {
    auto* memory =
        static_cast<char*>(mmap(nullptr, 2 * kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    auto* at = reinterpret_cast<std::uint64_t*>(memory + kStackBytes);
    for (int i = 0; i < 64; ++i) at[i] = reinterpret_cast<std::uint64_t>(__builtin_return_address(0));
    *--at = planted;
    *--at = reinterpret_cast<std::uint64_t>(&body_by_hand);
    at -= 6;
    std::memset(at, 0, 48);
    inside = at;
    switch_stacks(&outside, inside);
    munmap(memory + kStackBytes, kStackBytes);
    switch_stacks(&outside, inside);
    munmap(memory, kStackBytes);
}

void run_libcoro() { run_by_hand(reinterpret_cast<std::uint64_t>(&std::abort)); }
void run_libtask() { run_by_hand(0); }
void run_minicoro() { run_by_hand(0xdeaddeaddeaddead); }
void run_boost() { run_by_hand(reinterpret_cast<std::uint64_t>(&finish_label)); }
void run_libaco() { run_by_hand(reinterpret_cast<std::uint64_t>(&run_libcoro)); }

// --- makecontext and swapcontext

ucontext_t outer_context;
ucontext_t inner_context;

KEEP void body_of_context() {
    for (int i = 0; i < 2; ++i) {
        keep_blocks(kBlocks);
        swapcontext(&inner_context, &outer_context);
    }
}

void run_context() {
    getcontext(&inner_context);
    inner_context.uc_stack.ss_sp = map_stack();
    inner_context.uc_stack.ss_size = kStackBytes;
    inner_context.uc_link = &outer_context;
    makecontext(&inner_context, body_of_context, 0);
    for (int i = 0; i < 3; ++i) swapcontext(&outer_context, &inner_context);
}

// --- QEMU's by ucontext: sigsetjmp inside, siglongjmp from then on

sigjmp_buf outer_jump;
sigjmp_buf inner_jump;
ucontext_t maker_context;

KEEP void body_of_jumps() {
    static int rounds;
    for (rounds = 0; rounds < 2; ++rounds) {
        keep_blocks(kBlocks);
        if (sigsetjmp(inner_jump, 0) == 0) siglongjmp(outer_jump, 1);
    }
    siglongjmp(outer_jump, 2);
}

KEEP void trampoline_of_context() {
    if (sigsetjmp(inner_jump, 0) == 0) {
        swapcontext(&inner_context, &maker_context);
        return;
    }
    body_of_jumps();
}

void run_qemu_context() {
    getcontext(&inner_context);
    inner_context.uc_stack.ss_sp = map_stack();
    inner_context.uc_stack.ss_size = kStackBytes;
    inner_context.uc_link = &maker_context;
    makecontext(&inner_context, trampoline_of_context, 0);
    swapcontext(&maker_context, &inner_context);
    if (sigsetjmp(outer_jump, 0) != 2) siglongjmp(inner_jump, 1);
}

// --- QEMU's by sigaltstack, as GNU Pth's: made by one thread, which ends and whose stack goes; run by another

void trampoline_of_signal(int) {
    if (sigsetjmp(inner_jump, 0) == 0) return;
    body_of_jumps();
}

void* make_by_signal(void* memory) {
    const stack_t own{memory, 0, kStackBytes};
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    sigaltstack(&own, nullptr);
    pthread_kill(pthread_self(), SIGUSR2);
    sigaltstack(&none, nullptr);
    return nullptr;
}

void run_qemu_signal() {
    struct sigaction action {};
    action.sa_handler = trampoline_of_signal;
    action.sa_flags = SA_ONSTACK;
    sigaction(SIGUSR2, &action, nullptr);
    void* maker_stack = map_stack();
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, maker_stack, kStackBytes);
    pthread_t maker;
    pthread_create(&maker, &attributes, make_by_signal, map_stack());
    pthread_join(maker, nullptr);
    munmap(maker_stack, kStackBytes);
    if (sigsetjmp(outer_jump, 0) != 2) siglongjmp(inner_jump, 1);
}

// --- C++20's: no stack of its own

struct Task {
    struct promise_type {
        Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() {}
    };
    std::coroutine_handle<promise_type> handle;
};

Task body_of_language() {
    for (int i = 0; i < 2; ++i) {
        keep_blocks(kBlocks);
        co_await std::suspend_always{};
    }
}

void run_language() {
    const Task task = body_of_language();
    for (int i = 0; i < 3; ++i) task.handle.resume();
    task.handle.destroy();
}

struct Kind {
    const char* name;
    void (*run)();
};
constexpr Kind kKinds[] = {
    {"libcoro", run_libcoro},
    {"libtask", run_libtask},
    {"minicoro", run_minicoro},
    {"boost", run_boost},
    {"libaco", run_libaco},
    {"context", run_context},
    {"qemu_context", run_qemu_context},
    {"qemu_signal", run_qemu_signal},
    {"language", run_language},
};

}  // namespace

int main(int argc, char** argv) {
    for (const Kind& kind : kKinds) {
        if (argc > 1 && std::strcmp(argv[1], kind.name) != 0) continue;
        kind.run();
        std::printf("%s: %d blocks\n", kind.name, 2 * kBlocks);
    }
}
