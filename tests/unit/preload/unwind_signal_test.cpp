// Walks from signal handlers. Single-stepping delivers SIGTRAP at each instruction of a workload, so each instruction
// of its functions, of their prologues and epilogues, of the PLT, the dynamic loader and the vdso is a frame that was
// interrupted just there; every walk is compared with libunwind's and with the full step's.
#include <alloca.h>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>

#include "walk_oracle.h"

namespace dregs {
namespace {

constexpr greg_t kTrapFlag = 0x100;

// Pairs of a handler's own: what disagreed is kept, up to a few.
struct Observations {
    std::uint64_t walks = 0;
    std::uint64_t disagreed = 0;
    std::uint64_t not_whole = 0;
    std::uint64_t kept_count = 0;
    WalkPair pair;
    WalkPair kept[3];
};
Observations seen;
volatile bool stepping = false;

KEEP void observe() {
    ++seen.walks;
    walk_here(seen.pair, 200);
    const bool whole = seen.pair.walk.root == format::kStackWhole;
    if (!whole) ++seen.not_whole;
    const bool agree = seen.pair.agree();
    if (!agree) ++seen.disagreed;
    if ((!whole || !agree) && seen.kept_count < 3) seen.kept[seen.kept_count++] = seen.pair;
}

void on_trap(int, siginfo_t*, void* context) {
    observe();
    if (!stepping) static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] &= ~kTrapFlag;
}

class SingleStep {
  public:
    explicit SingleStep(int flags = 0) {
        struct sigaction action {};
        action.sa_sigaction = on_trap;
        action.sa_flags = SA_SIGINFO | flags;
        sigaction(SIGTRAP, &action, &former_);
        seen = {};
    }
    ~SingleStep() { sigaction(SIGTRAP, &former_, nullptr); }
    SingleStep(const SingleStep&) = delete;
    SingleStep& operator=(const SingleStep&) = delete;

    template <class Workload>
    void run(Workload workload) {
        stepping = true;
        asm volatile("subq $128, %%rsp\n\tpushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\taddq $128, %%rsp" ::
                         : "cc", "memory");
        workload();
        stepping = false;
    }

  private:
    struct sigaction former_;
};

void expect_agreement(std::uint64_t at_least) {
    EXPECT_GE(seen.walks, at_least);
    EXPECT_EQ(seen.disagreed, 0u) << "of " << seen.walks;
    EXPECT_EQ(seen.not_whole, 0u) << "of " << seen.walks;
    for (std::uint64_t i = 0; i < seen.kept_count; ++i) seen.kept[i].print();
    ::testing::Test::RecordProperty("walks", std::to_string(seen.walks));
}

KEEP int compare_ints(const void* a, const void* b) {
    return *static_cast<const int*>(a) - *static_cast<const int*>(b);
}

KEEP int realigned(int a, std::size_t bytes) {
    struct alignas(64) Wide {
        volatile char bytes[128];
    } wide;
    wide.bytes[a & 127] = 3;
    auto* memory = static_cast<volatile char*>(alloca(bytes));
    memory[0] = 1;
    return wide.bytes[a & 127] + memory[0];
}

KEEP int many_shapes(int depth) {
    if (depth == 0) return realigned(5, 99);
    volatile long locals[40];
    locals[depth] = depth;
    return many_shapes(depth - 1) + static_cast<int>(locals[depth]);
}

TEST(UnwindSignal, EveryInstructionOfCompiledCode) {
    SingleStep step;
    step.run([] {
        int numbers[] = {5, 1, 4, 2, 3, 9, 7};
        std::qsort(numbers, 7, sizeof(int), compare_ints);
        many_shapes(6);
    });
    expect_agreement(500);
}

TEST(UnwindSignal, EveryInstructionOfTheCLibrary) {
    SingleStep step;
    static char text[200];
    step.run([] {
        // No floating point here: glibc's multi-precision assembly pushes registers and does not describe it.
        std::snprintf(text, sizeof text, "%d %s %5lx %p", 4711, "text", 12345L, static_cast<void*>(text));
        void* block = std::malloc(1000);
        std::memset(block, 1, 1000);
        block = std::realloc(block, 300'000);
        std::free(block);
        static_cast<void>(std::strtol("1234567", nullptr, 10));
        static_cast<void>(std::getenv("PATH"));
    });
    expect_agreement(5000);
}

TEST(UnwindSignal, EveryInstructionOfContainers) {
    SingleStep step;
    step.run([] {
        std::map<std::string, int> map;
        for (int i = 0; i < 8; ++i) map["key number " + std::to_string(i * 7919 % 97)] = i;
        map.erase(map.begin());
    });
    expect_agreement(3000);
}

TEST(UnwindSignal, EveryInstructionOfLazyBinding) {
    const std::string path = std::string(DREGS_TEST_PROGRAMS) + "/unwind/unwind_plugin_ifunc.so";
    void* plugin = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
    ASSERT_NE(plugin, nullptr) << dlerror();
    auto* call = reinterpret_cast<int (*)()>(dlsym(plugin, "dregs_plugin_call"));
    SingleStep step;
    step.run([&] { call(); });  // PLT, _dl_runtime_resolve, _dl_fixup, the resolver, the function
    expect_agreement(300);
    dlclose(plugin);
}

TEST(UnwindSignal, EveryInstructionOfAVdsoCall) {
    SingleStep step;
    step.run([] {
        timespec now{};
        clock_gettime(CLOCK_MONOTONIC, &now);
    });
    expect_agreement(20);
}

TEST(UnwindSignal, OnAnAlternateStack) {
    static char memory[256 * 1024];
    const stack_t stack{memory, 0, sizeof memory};
    ASSERT_EQ(sigaltstack(&stack, nullptr), 0);
    SingleStep step(SA_ONSTACK);
    step.run([] {
        int numbers[] = {5, 1, 4, 2, 3};
        std::qsort(numbers, 5, sizeof(int), compare_ints);
        many_shapes(4);
    });
    expect_agreement(300);
    const stack_t none{nullptr, SS_DISABLE, 0};
    sigaltstack(&none, nullptr);
}

KEEP void throw_and_catch() {
    try {
        throw std::runtime_error("stepped");
    } catch (const std::exception&) {
    }
}

TEST(UnwindSignal, TimerDuringExceptions) {  // stepping through the unwinder of the runtime would take minutes
    seen = {};
    struct sigaction action {};
    action.sa_handler = [](int) { observe(); };
    action.sa_flags = SA_RESTART;
    sigaction(SIGPROF, &action, nullptr);
    const itimerval often{{0, 1000}, {0, 1000}};
    setitimer(ITIMER_PROF, &often, nullptr);
    for (int i = 0; i < 200'000 && seen.walks < 200; ++i) throw_and_catch();
    const itimerval never{};
    setitimer(ITIMER_PROF, &never, nullptr);
    signal(SIGPROF, SIG_IGN);
    // The last instructions of _Unwind_RaiseException, which jump to the handler with its stack pointer, are described
    // wrongly by libgcc itself; it is a lucky shot of the timer that hits them.
    EXPECT_GE(seen.walks, 20u);
    EXPECT_LE(seen.disagreed, seen.walks / 10);
    EXPECT_LE(seen.not_whole, seen.walks / 10);
}

TEST(UnwindSignal, HandlerInsideAHandler) {
    seen = {};
    struct sigaction inner {};
    inner.sa_handler = [](int) { observe(); };
    sigaction(SIGUSR2, &inner, nullptr);
    struct sigaction outer {};
    outer.sa_handler = [](int) {
        observe();
        raise(SIGUSR2);
    };
    sigaction(SIGUSR1, &outer, nullptr);
    raise(SIGUSR1);
    EXPECT_EQ(seen.walks, 2u);
    expect_agreement(2);
}

// A process that brings its own restorer, without unwind information: it is known by its code.
TEST(UnwindSignal, RestorerWithoutDescription) {
    static constexpr std::uint8_t kRestorer[] = {0x48, 0xC7, 0xC0, 0x0F, 0, 0, 0, 0x0F, 0x05};
    void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(page, MAP_FAILED);
    std::memcpy(page, kRestorer, sizeof kRestorer);
    struct {
        void (*handler)(int);
        unsigned long flags;
        void* restorer;
        unsigned long mask;
    } const action{[](int) { observe(); }, 0x04000000 /* SA_RESTORER */, page, 0};
    ASSERT_EQ(syscall(SYS_rt_sigaction, SIGUSR1, &action, nullptr, sizeof(unsigned long)), 0);
    seen = {};
    raise(SIGUSR1);
    EXPECT_EQ(seen.walks, 1u);
    EXPECT_EQ(seen.pair.walk.root, format::kStackWhole);
    EXPECT_GT(seen.pair.walk.frames, 8u);
    std::uint32_t restorer = 1;  // 1 or 2: the compiler may make the handler's call a jump
    if (format::location_module(seen.pair.ours[restorer]) != format::kNoModule) ++restorer;
    EXPECT_EQ(format::location_pc(seen.pair.ours[restorer]), reinterpret_cast<std::uintptr_t>(page));
    EXPECT_TRUE(format::location_exact(seen.pair.ours[restorer + 1]));
    signal(SIGUSR1, SIG_DFL);
    munmap(page, 4096);
}

}  // namespace
}  // namespace dregs
