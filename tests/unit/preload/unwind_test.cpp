// Whole stacks of the kinds of code that programs are made of, each compared with libunwind frame by frame.
#include "preload/unwind/unwind.h"

#include <alloca.h>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <search.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <thread>

#include "walk_oracle.h"

namespace dregs {
namespace {

WalkPair pair;

// Walks taken before main, when the dynamic loader runs the constructors: nothing below this has a frame of ours.
struct Early {
    Early() { walk_here(pairs[0]); }
    WalkPair pairs[1];
} early;

KEEP void here() {
    walk_here(pair);
    asm volatile("");  // no tail call
}

TEST(Unwind, ThisTest) {
    here();
    EXPECT_WALKS_AGREE(pair);
}

TEST(Unwind, ConstructorBeforeMainIsWhole) {
    EXPECT_EQ(early.pairs[0].walk.root, format::kStackWhole);
    EXPECT_TRUE(early.pairs[0].agree());
    if (!early.pairs[0].agree()) early.pairs[0].print();
}

// --- Frames of different shape

KEEP int recurse(int depth, int extra, int (*leaf)()) {
    volatile char few[16];
    few[0] = static_cast<char>(depth);
    if (depth == 0) return leaf() + few[0];
    if (depth % 3 == 0) return recurse(depth - 1, extra + 1, leaf) + few[0];
    volatile long many[33];
    many[extra % 33] = extra;
    return recurse(depth - 1, extra + 2, leaf) + static_cast<int>(many[extra % 33]);
}

TEST(Unwind, RecursionWithDifferentPushes) {
    for (const int depth : {1, 2, 7, 50, 300}) {
        recurse(depth, 1, [] { return here(), 1; });
        EXPECT_WALKS_AGREE(pair);
        EXPECT_GT(pair.walk.frames, static_cast<std::uint32_t>(depth));
    }
}

KEEP int deep_leaf() {
    walk_here(pair, 500);
    return 1;
}

TEST(Unwind, DeeperThanTheLimitIsCutAndSaysSo) {
    recurse(20'000, 1, deep_leaf);
    EXPECT_EQ(pair.walk.root, format::kStackCut);
    EXPECT_EQ(pair.walk.frames, 500u);
    EXPECT_TRUE(pair.agree());
}

TEST(Unwind, HundredThousandFrames) {
    std::thread([] {  // on a stack of its own size
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, std::size_t{256} << 20);
        pthread_t thread;
        const auto body = [](void*) -> void* {
            recurse(100'000, 1, [] {
                walk_here(pair, format::kMaxFrames);
                return 1;
            });
            return nullptr;
        };
        ASSERT_EQ(pthread_create(&thread, &attributes, body, nullptr), 0);
        pthread_join(thread, nullptr);
    })
        .join();
    EXPECT_EQ(pair.walk.root, format::kStackCut);
    EXPECT_EQ(pair.walk.frames, format::kMaxFrames);
    EXPECT_TRUE(pair.agree());
}

TEST(Unwind, StackOfExactlyTheLimitIsWhole) {
    here();
    const std::uint32_t depth = pair.walk.frames;
    std::uint64_t locations[64];
    ASSERT_LT(depth, 64u);
    const auto measure = [&](std::uint32_t limit) __attribute__((noinline)) {
        walk_here(pair, limit);
        return pair.walk;
    };
    const std::uint32_t frames = measure(64).frames;
    EXPECT_EQ(measure(frames).root, format::kStackWhole);
    EXPECT_EQ(measure(frames - 1).root, format::kStackCut);
    EXPECT_EQ(measure(1).frames, 1u);
    static_cast<void>(locations);
}

KEEP int with_alloca(std::size_t bytes) {
    auto* memory = static_cast<volatile char*>(alloca(bytes));
    memory[bytes - 1] = 1;
    here();
    return memory[bytes - 1];
}

TEST(Unwind, Alloca) {
    for (const std::size_t bytes : {16u, 4000u, 70'000u, 1u << 20}) {
        with_alloca(bytes);
        EXPECT_WALKS_AGREE(pair);
    }
}

struct alignas(64) Wide {
    volatile char bytes[128];
};

// gcc realigns the stack of these: the CFA is in memory, by an expression.
KEEP int realigned(int a, int b, int c, int d, int e, int f, int g) {
    Wide wide;
    wide.bytes[a & 127] = static_cast<char>(b + c + d + e + f);
    auto* memory = static_cast<volatile char*>(alloca(static_cast<std::size_t>(g)));
    memory[0] = 1;
    here();
    return wide.bytes[a & 127] + memory[0];
}

KEEP __attribute__((target("avx"))) int realigned_omitting(int a) {
    Wide wide;
    wide.bytes[a & 127] = 3;
    here();
    return wide.bytes[a & 127];
}

KEEP __attribute__((force_align_arg_pointer)) int forced_alignment(int a) {
    here();
    return a + 1;
}

TEST(Unwind, RealignedStacks) {
    realigned(1, 2, 3, 4, 5, 6, 77);
    EXPECT_WALKS_AGREE(pair);
    realigned_omitting(5);
    EXPECT_WALKS_AGREE(pair);
    forced_alignment(5);
    EXPECT_WALKS_AGREE(pair);
}

// --- Callbacks through the C library

KEEP int compare_ints(const void* a, const void* b) {
    here();
    return *static_cast<const int*>(a) - *static_cast<const int*>(b);
}

TEST(Unwind, CallbacksOfTheCLibrary) {
    int numbers[] = {5, 1, 4, 2, 3};
    std::qsort(numbers, 5, sizeof(int), compare_ints);
    EXPECT_WALKS_AGREE(pair);
    const int key = 4;
    EXPECT_NE(std::bsearch(&key, numbers, 5, sizeof(int), compare_ints), nullptr);
    EXPECT_WALKS_AGREE(pair);
    void* tree = nullptr;
    tsearch(&numbers[0], &tree, compare_ints);
    tsearch(&numbers[1], &tree, compare_ints);
    EXPECT_WALKS_AGREE(pair);
    tdestroy(tree, [](void*) { here(); });
    EXPECT_WALKS_AGREE(pair);
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, here);
    EXPECT_WALKS_AGREE(pair);
}

TEST(Unwind, Threads) {
    std::thread(here).join();
    EXPECT_WALKS_AGREE(pair);
}

// --- Control flow that leaves frames sideways

struct WalksWhenDestroyed {
    ~WalksWhenDestroyed() { here(); }
};

KEEP void throws(int depth) {
    WalksWhenDestroyed guard;
    if (depth == 0) throw std::runtime_error("thrown");
    throws(depth - 1);
    asm volatile("");
}

TEST(Unwind, DestructorsDuringAnException) {
    EXPECT_THROW(throws(3), std::runtime_error);
    EXPECT_WALKS_AGREE(pair);
    try {
        throws(1);
    } catch (const std::exception&) {
        here();
        EXPECT_WALKS_AGREE(pair);
    }
}

jmp_buf back;
[[noreturn]] KEEP void never_returns(int x) {
    here();
    longjmp(back, x);
}
// The call is the last instruction: its return address belongs to the next function.
KEEP void ends_in_a_call(int x) {
    asm volatile("" : "+r"(x));
    never_returns(x + 1);
}

TEST(Unwind, CallAtTheEndOfAFunctionAndLongjmp) {
    if (setjmp(back) == 0) ends_in_a_call(1);
    EXPECT_WALKS_AGREE(pair);
    here();
    EXPECT_WALKS_AGREE(pair);
}

KEEP void tail_called(int x) {
    volatile int keep = x;
    static_cast<void>(keep);
    here();
    asm volatile("");
}
KEEP void tail_calls(int x) {
    tail_called(x + 1);  // a jump at -O2
}

TEST(Unwind, TailCalls) {
    tail_calls(1);
    EXPECT_WALKS_AGREE(pair);
}

// --- Other stacks

ucontext_t main_context;
ucontext_t coroutine_context;

void coroutine() {
    for (;;) {
        recurse(5, 1, [] { return here(), 1; });
        swapcontext(&coroutine_context, &main_context);
    }
}

TEST(Unwind, Coroutines) {
    constexpr std::size_t kBytes = 64 * 1024;
    const auto stack = std::make_unique<char[]>(kBytes);
    getcontext(&coroutine_context);
    coroutine_context.uc_stack.ss_sp = stack.get();
    coroutine_context.uc_stack.ss_size = kBytes;
    coroutine_context.uc_link = nullptr;
    makecontext(&coroutine_context, coroutine, 0);
    for (int i = 0; i < 3; ++i) {
        swapcontext(&main_context, &coroutine_context);
        EXPECT_EQ(pair.walk.frames, pair.oracle_frames - 1) << "it counts what makecontext has planted";
        EXPECT_GT(pair.walk.frames, 6u);
        EXPECT_EQ(pair.walk.root, format::kStackWhole);
        here();
        EXPECT_WALKS_AGREE(pair);
    }
}

// Runs `function` on another stack and says so to unwinders, as Rust's psm and stacker do.
extern "C" void dregs_test_on_stack(void (*function)(), void* top);
asm(R"(
    .text
    .type dregs_test_on_stack, @function
dregs_test_on_stack:
    .cfi_startproc
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    movq %rsi, %rsp
    call *%rdi
    movq %rbp, %rsp
    popq %rbp
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_endproc
    .size dregs_test_on_stack, . - dregs_test_on_stack
)");

TEST(Unwind, ChangeOfStacksWithoutASignal) {
    constexpr std::size_t kBytes = 256 * 1024;
    void* low = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(low, MAP_FAILED);
    dregs_test_on_stack(here, static_cast<char*>(low) + kBytes);  // mapped below the main stack
    EXPECT_WALKS_AGREE(pair);
    std::thread([&] {
        const auto here_now = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) & ~std::uintptr_t{4095};
        void* above = reinterpret_cast<void*>(here_now + (std::uintptr_t{1} << 30));
        void* high = mmap(above, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        dregs_test_on_stack(here, static_cast<char*>(high) + kBytes);
        munmap(high, kBytes);
    }).join();
    EXPECT_WALKS_AGREE(pair);
    munmap(low, kBytes);
}

// --- Rules that only assembly by hand uses; each calls back with one of them in force

extern "C" void dregs_test_cfa_in_rbx(void (*function)());
extern "C" void dregs_test_val_offset(void (*function)());
extern "C" void dregs_test_return_in_register(void (*function)());
extern "C" void dregs_test_bp_in_register(void (*function)());
extern "C" void dregs_test_nested_states(void (*function)());
extern "C" void dregs_test_expressions(void (*function)());
asm(R"(
    .text
    .type dregs_test_cfa_in_rbx, @function
dregs_test_cfa_in_rbx:
    .cfi_startproc
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbx, 0
    movq %rsp, %rbx
    .cfi_def_cfa_register %rbx
    andq $-64, %rsp
    subq $192, %rsp
    call *%rdi
    movq %rbx, %rsp
    .cfi_def_cfa_register %rsp
    popq %rbx
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbx
    ret
    .cfi_endproc

    .type dregs_test_val_offset, @function
dregs_test_val_offset:
    .cfi_startproc
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    leaq 16(%rsp), %rbp             /* rbp becomes the CFA itself ... */
    .cfi_offset %rbp, -16
    .cfi_val_offset %rsp, 0         /* ... and rsp is said to be it, too */
    call *%rdi
    popq %rbp
    .cfi_adjust_cfa_offset -8
    ret
    .cfi_endproc

    .type dregs_test_return_in_register, @function
dregs_test_return_in_register:
    .cfi_startproc
    pushq %r12
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r12, 0
    movq 8(%rsp), %r12
    .cfi_register %rip, %r12        /* the return address is in r12 now */
    movq $0, 8(%rsp)
    subq $16, %rsp
    .cfi_adjust_cfa_offset 16
    call *%rdi
    addq $16, %rsp
    .cfi_adjust_cfa_offset -16
    movq %r12, 8(%rsp)
    .cfi_offset %rip, -8
    popq %r12
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r12
    ret
    .cfi_endproc

    .type dregs_test_bp_in_register, @function
dregs_test_bp_in_register:
    .cfi_startproc
    pushq %r14
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r14, 0
    movq %rbp, %r14
    .cfi_register %rbp, %r14
    xorl %ebp, %ebp
    subq $16, %rsp
    .cfi_adjust_cfa_offset 16
    call *%rdi
    addq $16, %rsp
    .cfi_adjust_cfa_offset -16
    movq %r14, %rbp
    .cfi_same_value %rbp
    popq %r14
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r14
    ret
    .cfi_endproc

    .type dregs_test_nested_states, @function
dregs_test_nested_states:
    .cfi_startproc
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    .cfi_remember_state
    jmp 1f
    .cfi_def_cfa_offset 800
    .cfi_remember_state
    nop
    .cfi_def_cfa_offset 8000
    .cfi_remember_state
    nop
    .cfi_undefined %rbp
    .cfi_restore_state
    .cfi_restore_state
    nop
    .cfi_restore_state
1:  call *%rdi
    addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    ret
    .cfi_endproc

    .type dregs_test_expressions, @function
dregs_test_expressions:
    .cfi_startproc
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    subq $32, %rsp
    movq %rbp, 8(%rsp)
    leaq 48(%rsp), %rax
    movq %rax, (%rsp)
    xorl %ebp, %ebp
    /* CFA = *(rsp + 4 * 2 - 8); rbp = *(CFA - 40) by val_expression; rip at CFA - 8 by expression */
    .cfi_escape 0x0f, 9, 0x77, 0, 0x34, 0x32, 0x1e, 0x38, 0x1c, 0x22, 0x06
    .cfi_escape 0x16, 6, 4, 0x08, 40, 0x1c, 0x06
    .cfi_escape 0x10, 16, 2, 0x38, 0x1c
    call *%rdi
    movq 8(%rsp), %rbp
    addq $32, %rsp
    .cfi_def_cfa %rsp, 16
    .cfi_offset %rbp, -16
    .cfi_offset %rip, -8
    popq %rbp
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbp
    ret
    .cfi_endproc
)");

// Calls `shape` from frames that need rbp and other saved registers to be right.
KEEP int through(void (*shape)(void (*)()), std::size_t bytes) {
    auto* memory = static_cast<volatile char*>(alloca(bytes));
    memory[0] = 1;
    shape(here);
    return memory[0];
}

TEST(Unwind, RulesOfHandWrittenAssembly) {
    for (auto* shape : {dregs_test_cfa_in_rbx, dregs_test_val_offset, dregs_test_bp_in_register,
                        dregs_test_nested_states, dregs_test_expressions}) {
        for (const std::size_t bytes : {16u, 500u, 9000u}) {
            through(shape, bytes);
            EXPECT_WALKS_AGREE(pair);
            through(shape, bytes);  // with warm rows
            EXPECT_WALKS_AGREE(pair);
        }
    }
}

// libunwind 1.6.2 loses its way here: the oracle is the same stack with another frame in its place.
TEST(Unwind, ReturnAddressInASavedRegister) {
    static std::uint64_t expected[WalkPair::kMost];
    std::uint32_t frames = 0;
    for (auto* shape : {dregs_test_nested_states, dregs_test_return_in_register}) {
        through(shape, 700);
        EXPECT_EQ(pair.walk.root, format::kStackWhole);
        EXPECT_EQ(pair.walk.frames, pair.full_frames);
        if (frames == 0) std::memcpy(expected, pair.ours, sizeof expected);
        if (frames == 0) frames = pair.walk.frames;
        ASSERT_EQ(pair.walk.frames, frames);
        for (std::uint32_t i = 2; i < frames; ++i) EXPECT_EQ(pair.ours[i], expected[i]) << "frame " << i;
    }
}

TEST(Unwind, ComplexFramesOneInAnother) {
    through([](void (*)()) { through(dregs_test_bp_in_register, 40); }, 40);
    EXPECT_WALKS_AGREE(pair);
    recurse(9, 1, [] { return through([](void (*)()) { through(dregs_test_cfa_in_rbx, 300); }, 40); });
    EXPECT_WALKS_AGREE(pair);
}

// --- Libraries that come and go, code that nobody describes

struct Plugin {
    explicit Plugin(const char* name) {
        const std::string path = std::string(DREGS_TEST_PROGRAMS) + "/unwind/" + name;
        handle = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
        if (handle == nullptr) ADD_FAILURE() << dlerror();
    }
    ~Plugin() {
        if (handle != nullptr) dlclose(handle);
    }
    Plugin(const Plugin&) = delete;
    Plugin& operator=(const Plugin&) = delete;
    template <class Function>
    Function* get(const char* name) const {
        return reinterpret_cast<Function*>(dlsym(handle, name));
    }
    void* handle;
};

std::uint32_t module_of_plugin_frame() { return format::location_module(pair.ours[1]); }

TEST(Unwind, PluginsAndForgettingThem) {
    for (int round = 0; round < 3; ++round) {
        std::uint32_t module = 0;
        for (const char* name : {"unwind_plugin_small.so", "unwind_plugin_large.so"}) {
            Plugin plugin(name);
            ASSERT_NE(plugin.handle, nullptr);
            EXPECT_GT(plugin.get<int(void (*)())>("dregs_plugin_call")(here), 0);
            EXPECT_WALKS_AGREE(pair);
            module = module_of_plugin_frame();
            EXPECT_NE(module, format::kNoModule);
            // The two have different frames at equal offsets: without this the next walk would use the other's rows.
            test_unwinder().forget_module(module);
        }
    }
}

TEST(Unwind, ResolverOfAnIndirectFunction) {
    Plugin plugin("unwind_plugin_ifunc.so");
    ASSERT_NE(plugin.handle, nullptr);
    *plugin.get<void (*)()>("dregs_plugin_hook") = here;
    EXPECT_EQ(plugin.get<int()>("dregs_plugin_call")(), 42);  // binds lazily: the resolver runs in the first call
    EXPECT_WALKS_AGREE(pair);
    EXPECT_GT(pair.walk.frames, 5u);
}

TEST(Unwind, CodeWithoutDescriptionEndsTheWalk) {
    // sub $8, %rsp; call *%rdi; add $8, %rsp; ret
    static constexpr std::uint8_t kCode[] = {0x48, 0x83, 0xEC, 8, 0xFF, 0xD7, 0x48, 0x83, 0xC4, 8, 0xC3};
    void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(page, MAP_FAILED);
    std::memcpy(page, kCode, sizeof kCode);
    reinterpret_cast<void (*)(void (*)())>(page)(here);
    EXPECT_EQ(pair.walk.root, format::kStackNoUnwind);
    EXPECT_EQ(pair.walk.frames, 2u);  // here() and the code itself
    EXPECT_EQ(format::location_pc(pair.ours[1]), reinterpret_cast<std::uintptr_t>(page) + 6);
    EXPECT_EQ(format::location_module(pair.ours[1]), format::kNoModule);
    munmap(page, 4096);
}

// --- The unwinder's own states

TEST(Unwind, ZeroBytesAreAGoodUnwinder) {
    here();
    const std::uint32_t frames = pair.walk.frames;
    std::memset(static_cast<void*>(&test_unwinder()), 0, sizeof(Unwinder));  // what a fork does
    here();
    EXPECT_WALKS_AGREE(pair);
    EXPECT_EQ(pair.walk.frames, frames);
}

TEST(Unwind, WorksWithoutModuleNumbers) {
    static Unwinder bare;
    static std::uint64_t locations[100];
    static Walk walk;
    const auto hook = []() __attribute__((noinline)) { walk = bare.walk(DREGS_CAPTURE_CALLER(), locations, 100); };
    hook();
    EXPECT_EQ(walk.root, format::kStackWhole);
    EXPECT_EQ(format::location_module(locations[0]), format::kNoModule);
}

TEST(Unwind, ListOfObjectsKnowsWhatTheLoaderKnows) {
    for (const void* symbol : {reinterpret_cast<const void*>(&here), reinterpret_cast<const void*>(&std::qsort),
                               const_cast<const void*>(dlsym(RTLD_DEFAULT, "_dl_find_object"))}) {
        LoadedObject fast{};
        LoadedObject listed{};
        ASSERT_TRUE(find_object(reinterpret_cast<std::uintptr_t>(symbol), &fast));
        ASSERT_TRUE(find_listed_object(reinterpret_cast<std::uintptr_t>(symbol), &listed));
        EXPECT_EQ(fast.link_map, listed.link_map);
        EXPECT_EQ(fast.eh_frame_hdr, listed.eh_frame_hdr);
        EXPECT_GE(reinterpret_cast<std::uintptr_t>(symbol), listed.map_start);
        EXPECT_LE(listed.map_end, (fast.map_end + 4095) & ~std::uintptr_t{4095});
    }
}

}  // namespace
}  // namespace dregs
