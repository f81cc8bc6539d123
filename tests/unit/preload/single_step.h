// A signal handler that comes in at an instruction of a call, or at each: the trap flag delivers SIGTRAP after every
// one. One thread at a time.
#pragma once

#include <signal.h>
#include <ucontext.h>

#include <cstdint>

namespace dregs {

class SingleStep {
  public:
    SingleStep() {
        struct sigaction action {};
        action.sa_sigaction = on_trap;
        action.sa_flags = SA_SIGINFO;
        sigaction(SIGTRAP, &action, &former_);
    }
    ~SingleStep() { sigaction(SIGTRAP, &former_, nullptr); }
    SingleStep(const SingleStep&) = delete;
    SingleStep& operator=(const SingleStep&) = delete;

    // Makes the call; `handle` comes in after so many instructions. False: the call was through before.
    template <class Call, class Handle>
    bool interrupt_after(unsigned instructions, Call call, Handle handle) {
        plan_ = {instructions, true, false, [](void* context) { (*static_cast<Handle*>(context))(); }, &handle, false};
        run(call);
        return plan_.came;
    }
    // The same at each instruction.
    template <class Call, class Handle>
    void interrupt_each(Call call, Handle handle) {
        plan_ = {0, false, false, [](void* context) { (*static_cast<Handle*>(context))(); }, &handle, false};
        run(call);
    }

    // Whether the interrupted call keeps signals out, as the shim does while something grows. To be asked by `handle`.
    static bool is_shut_out() { return plan_.shut_out; }

  private:
    static constexpr greg_t kTrapFlag = 0x100;

    struct Plan {
        unsigned instructions_left;
        bool once;
        bool came;
        void (*handle)(void*);
        void* context;
        bool shut_out;
    };

    static void on_trap(int, siginfo_t*, void* context) {
        if (plan_.instructions_left-- != 0) return;
        auto* at = static_cast<ucontext_t*>(context);
        if (plan_.once) at->uc_mcontext.gregs[REG_EFL] &= ~kTrapFlag;
        plan_.instructions_left = 0;
        plan_.came = true;
        plan_.shut_out = sigismember(&at->uc_sigmask, SIGUSR1) != 0;
        plan_.handle(plan_.context);
    }

    __attribute__((noinline)) static void set_trap_flag(bool on) {
        asm volatile(
            "subq $128, %%rsp\n\tpushfq\n\tandq $~0x100, (%%rsp)\n\torq %0, (%%rsp)\n\tpopfq\n\taddq $128, %%rsp" ::"r"(
                on ? std::uint64_t{kTrapFlag} : 0)
            : "cc", "memory");
    }
    template <class Call>
    __attribute__((noinline)) static void run(Call call) {
        set_trap_flag(true);
        call();
        set_trap_flag(false);
    }

    static inline Plan plan_;
    struct sigaction former_ {};
};

}  // namespace dregs
