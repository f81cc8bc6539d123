// A coroutine as libraries make them: a stack of its own, the address of its function, and above it what that would
// return to. The switch has no unwind description, as in libcoro, and none is needed: nobody calls through it.
#pragma once

#include <cstdint>
#include <cstring>

// Saves the registers that calls preserve on the stack, keeps where at *from, and goes on where `to` was kept.
extern "C" void dregs_test_switch(void** from, void* to);
asm(R"(
    .text
    .local dregs_test_switch
    .type dregs_test_switch, @function
dregs_test_switch:
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
    .size dregs_test_switch, . - dregs_test_switch
)");

namespace dregs {

class Coroutine {
  public:
    // `function` must not return: it leaves by pause().
    void begin(char* top, void (*function)(), std::uint64_t return_address) {
        auto* at = reinterpret_cast<std::uint64_t*>(top);
        *--at = return_address;
        *--at = reinterpret_cast<std::uint64_t>(function);
        at -= 6;
        std::memset(at, 0, 48);
        own_ = at;
    }
    // From outside: until it pauses.
    void resume() { dregs_test_switch(&outside_, own_); }
    // From inside.
    void pause() { dregs_test_switch(&own_, outside_); }

  private:
    void* own_ = nullptr;
    void* outside_ = nullptr;
};

}  // namespace dregs
