// A walk that follows the thread's last one finds what a walk from scratch finds, whatever happened in between.
#include "preload/unwind/stack_memo.h"

#include <alloca.h>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "walk_oracle.h"

namespace dregs {
namespace {

constexpr std::uint32_t kLimit = 400;

// A memo with the trie of a recorder, and what the last comparison saw.
class Recorder {
  public:
    Recorder() { memo.use(std::calloc(1, StackMemo::bytes_for(kLimit)), kLimit); }

    std::uint32_t number() { return memo.intern(*this); }
    std::uint32_t intern_hashed(const std::uint64_t* locations, std::uint32_t count, std::uint32_t number,
                                std::uint64_t hash) {
        // Equal locations have equal hashes.
        const auto [known, fresh] = hashes_.emplace(std::vector<std::uint64_t>(locations, locations + count), hash);
        if (!fresh && known->second != hash) ++wrong_hashes;
        while (count > 0) {
            ++interned;
            const auto [at, added] = trie_.emplace(std::pair(number, locations[--count]), next_);
            if (added) ++next_;
            number = at->second;
        }
        return number;
    }
    // The number that the same frames get one by one.
    std::uint32_t number_of(const std::uint64_t* locations, std::uint32_t count) const {
        std::uint32_t number = format::kStackWhole;
        while (count > 0) {
            const auto at = trie_.find(std::pair(number, locations[--count]));
            if (at == trie_.end()) return 0;
            number = at->second;
        }
        return number;
    }

    StackMemo memo{};
    std::uint64_t interned = 0;
    std::uint64_t wrong_hashes = 0;

  private:
    std::map<std::vector<std::uint64_t>, std::uint64_t> hashes_;
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint32_t> trie_;
    std::uint32_t next_ = format::kStackRoots;
};

Recorder recorder;
struct {
    std::uint64_t followed = 0;
    std::uint64_t refused = 0;
    std::uint64_t wrong = 0;
} tally;

// Follows, walks from scratch, compares; allocates only in the trie.
KEEP void check(bool with_numbers = true) {
    static std::uint64_t locations[kLimit];
    const Registers start = DREGS_CAPTURE_CALLER();
    const bool followed = test_unwinder().follow(start, recorder.memo, kLimit);
    const Walk walk = test_unwinder().walk(start, locations, kLimit);
    if (!followed) return void(++tally.refused);
    ++tally.followed;
    bool same = walk.root == format::kStackWhole && walk.frames == recorder.memo.frames();
    for (std::uint32_t i = 0; same && i < walk.frames; ++i) same = locations[i] == recorder.memo.location(i);
    if (same && with_numbers) same = recorder.number() == recorder.number_of(locations, walk.frames);
    if (!same) ++tally.wrong;
}

KEEP void here() {
    check();
    asm volatile("");
}

class StackMemoTest : public ::testing::Test {
  protected:
    void SetUp() override {
        tally = {};
        here();
    }
    void TearDown() override {
        EXPECT_GT(tally.followed, 0u);
        EXPECT_EQ(tally.wrong, 0u);
        EXPECT_EQ(recorder.wrong_hashes, 0u);
    }
};

TEST_F(StackMemoTest, TheSameStackIsInternedOnce) {
    std::uint64_t interned[100];
    for (std::uint64_t& count : interned) {
        here();
        count = recorder.interned;
    }
    EXPECT_EQ(interned[99], interned[20]);  // it takes some walks until the memo has the innermost frames
    EXPECT_EQ(tally.refused, 0u);
}

TEST_F(StackMemoTest, NeighbouringCallsShareTheirCallers) {
    for (int i = 0; i < 20; ++i) here();
    recorder.interned = 0;
    here();  // another return address in this function, hence other numbers for its frame and here()'s
    EXPECT_EQ(recorder.interned, 2u);
}

KEEP int deep(int depth) {
    volatile int here_too = depth;
    if (depth > 0)
        deep(depth - 1);
    else
        here();
    return here_too;
}

KEEP std::uint64_t interned_by_deep(bool shallow_before) {
    if (shallow_before) here();
    recorder.interned = 0;
    deep(20);
    return recorder.interned;
}

// Calls from further out say nothing of the frames further in.
TEST_F(StackMemoTest, ShallowCallsLeaveDeepFramesInTheMemo) {
    std::uint64_t interned[40];
    const volatile int rounds = 40;  // one call in a loop that is not unrolled
    for (int i = 0; i < rounds; ++i) interned[i] = interned_by_deep(i >= 20);
    EXPECT_GT(interned[0], 20u);
    for (int i = 21; i < 40; ++i) EXPECT_EQ(interned[i], 0u) << i;
}

KEEP int grow_and_shrink(int depth, unsigned pattern) {
    volatile long locals[9];
    locals[depth % 9] = depth;
    if (pattern & 1u) here();
    if (depth > 0) grow_and_shrink(depth - 1, pattern >> 1 | (pattern & 1u) << 15);
    if (pattern & 2u) here();
    return static_cast<int>(locals[depth % 9]);
}

TEST_F(StackMemoTest, GrowingAndShrinking) {
    for (unsigned pattern = 1; pattern < 200; pattern += 7) grow_and_shrink(40, pattern);
    EXPECT_EQ(tally.refused, 0u);
}

// The callers have equal pc and stack pointer, and find their own callers by rbp only.
KEEP int by_frame_pointer(std::size_t bytes, int (*then)(std::size_t), std::size_t argument) {
    auto* memory = static_cast<volatile char*>(alloca(bytes));
    memory[0] = 1;
    return then(argument) + memory[0];
}
KEEP int leaf_call(std::size_t) {
    here();
    return 1;
}
// Has the same rbp each time and saves its caller's.
KEEP int leaf_that_uses_bp(std::size_t) {
    asm volatile("xorl %%ebp, %%ebp" ::: "rbp");
    here();
    asm volatile("" ::: "rbp");
    return 1;
}
// Equal frames of different functions.
template <int kWhich>
KEEP int middle_over_that(std::size_t bytes) {
    return by_frame_pointer(bytes, leaf_that_uses_bp, kWhich) + kWhich;
}
KEEP int middle(std::size_t bytes) { return by_frame_pointer(bytes, leaf_call, 0) + 1; }

TEST_F(StackMemoTest, EqualStackPointersWithDifferentFramePointers) {
    // 1000 bytes further in and 1000 bytes less to take: leaf_call's frame lies at the same place each time.
    for (std::size_t split = 0; split <= 4096; split += 16) {
        by_frame_pointer(split + 16, middle, 4096 - split + 16);
        by_frame_pointer(4096 - split + 16, middle, split + 16);
        // The second call's frames lie further in, over memory where those of the first still can be read.
        by_frame_pointer(split + 16, middle_over_that<1>, 4096 - split + 1024);
        by_frame_pointer(split + 16 + 512, middle_over_that<2>, 4096 - split + 512);
    }
    EXPECT_EQ(tally.refused, 0u);
}

// Two callees of equal size whose callers' rbp is saved in different places. The second leaves in the first one's place
// what that had saved there.
extern "C" {
std::uintptr_t first_saved;
void call_here() { here(); }
int saves_below_return_address(std::size_t);
int saves_one_word_further(std::size_t);
}
asm(R"(
    .text
    .type saves_below_return_address, @function
saves_below_return_address:
    .cfi_startproc
    movq %rbp, first_saved(%rip)
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbp, 0
    subq $16, %rsp
    .cfi_adjust_cfa_offset 16
    xorl %ebp, %ebp
    call call_here
    addq $16, %rsp
    .cfi_adjust_cfa_offset -16
    popq %rbp
    .cfi_adjust_cfa_offset -8
    .cfi_restore rbp
    xorl %eax, %eax
    ret
    .cfi_endproc
    .size saves_below_return_address, . - saves_below_return_address
    .type saves_one_word_further, @function
saves_one_word_further:
    .cfi_startproc
    pushq first_saved(%rip)
    .cfi_adjust_cfa_offset 8
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbp, 0
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    xorl %ebp, %ebp
    call call_here
    addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    popq %rbp
    .cfi_adjust_cfa_offset -8
    .cfi_restore rbp
    addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    xorl %eax, %eax
    ret
    .cfi_endproc
    .size saves_one_word_further, . - saves_one_word_further
)");

int (*callee_behind_alloca)(std::size_t);
template <int kWhich>
KEEP int behind_alloca(std::size_t bytes) {
    return by_frame_pointer(bytes, callee_behind_alloca, 0) + kWhich;
}

// A frame that is known from one callee is met from another: how its rbp was found is not what it was. All from one
// call, so that nothing but rbp tells the stacks apart.
TEST_F(StackMemoTest, CalleesThatSaveTheFramePointerInDifferentPlaces) {
    struct Meeting {
        std::size_t split;
        int (*middle)(std::size_t);
        int (*callee)(std::size_t);
    };
    std::vector<Meeting> plan;
    for (std::size_t split = 16; split <= 4096; split += 240) {
        // Seven times each: until the memo has it.
        for (int i = 0; i < 7; ++i) plan.push_back({split, behind_alloca<1>, saves_below_return_address});
        for (int i = 0; i < 7; ++i) plan.push_back({split, behind_alloca<1>, saves_one_word_further});
        plan.push_back({4112 - split, behind_alloca<2>, saves_one_word_further});
    }
    for (const Meeting& each : plan) {
        callee_behind_alloca = each.callee;
        by_frame_pointer(each.split, each.middle, 4096 - each.split + 16);
    }
    EXPECT_EQ(tally.refused, 0u);
}

KEEP int twisted(std::mt19937& random, int depth);

KEEP int twisted_alloca(std::mt19937& random, int depth) {
    auto* memory = static_cast<volatile char*>(alloca(16 + random() % 300));
    memory[0] = 1;
    return twisted(random, depth - 1) + memory[0];
}
KEEP int twisted_realigned(std::mt19937& random, int depth) {
    struct alignas(64) Wide {
        volatile char bytes[128];
    } wide;
    wide.bytes[depth & 127] = 1;
    auto* memory = static_cast<volatile char*>(alloca(16 + random() % 99));
    memory[0] = 1;
    return twisted(random, depth - 1) + wide.bytes[depth & 127] + memory[0];
}
KEEP int twisted_throw(std::mt19937& random, int depth) {
    try {
        twisted(random, depth - 1);
        throw std::runtime_error("x");
    } catch (const std::exception&) {
        here();
    }
    return 1;
}
std::mt19937* sorting;
int sorting_depth;
KEEP int compare_and_go_on(const void* a, const void* b) {
    if (sorting_depth > 0) twisted(*sorting, --sorting_depth);
    return *static_cast<const int*>(a) - *static_cast<const int*>(b);
}
KEEP int twisted_sort(std::mt19937& random, int depth) {
    int numbers[] = {3, 1, 2};
    sorting = &random;
    sorting_depth = depth - 1;
    std::qsort(numbers, 3, sizeof(int), compare_and_go_on);
    return numbers[0];
}
KEEP int twisted_jump(std::mt19937& random, int depth) {
    jmp_buf back;
    jmp_buf* const target = &back;
    if (setjmp(back) == 0) {
        twisted(random, depth - 1);
        here();
        longjmp(*target, 1);
    }
    here();
    return 1;
}
int signal_depth;
KEEP void on_signal(int) {
    if (signal_depth-- > 0) twisted(*sorting, 3);
    here();
}
KEEP int twisted_signal(std::mt19937& random, int depth) {
    sorting = &random;
    signal_depth = 1;
    raise(SIGUSR1);
    return depth;
}

KEEP int twisted(std::mt19937& random, int depth) {
    if (random() % 2 == 0) here();
    if (depth <= 0) return 0;
    switch (random() % 9) {
        case 0:
            return twisted_alloca(random, depth) + 1;
        case 1:
            return twisted_realigned(random, depth) + 1;
        case 2:
            return twisted_throw(random, depth) + 1;
        case 3:
            return twisted_sort(random, depth) + 1;
        case 4:
            return twisted_jump(random, depth) + 1;
        case 5:
            return twisted_signal(random, depth) + 1;
        default:
            break;
    }
    const int first = twisted(random, depth - 1);
    here();
    return first + twisted(random, depth - 2) + 1;
}

TEST_F(StackMemoTest, AnyMixtureOfFrames) {
    signal(SIGUSR1, on_signal);
    for (unsigned seed = 0; seed < 300; ++seed) {
        std::mt19937 random(seed);
        twisted(random, 8 + static_cast<int>(seed % 5));
    }
    signal(SIGUSR1, SIG_DFL);
    EXPECT_GT(tally.followed, 10'000u);
    EXPECT_EQ(tally.refused, 0u);
}

ucontext_t main_context;
ucontext_t coroutines[4];

void coroutine(unsigned own) {
    std::mt19937 random(own);
    for (;;) {
        grow_and_shrink(static_cast<int>(random() % 20), static_cast<unsigned>(random()));
        swapcontext(&coroutines[own], &main_context);
    }
}

TEST_F(StackMemoTest, CoroutinesInTurnAndStacksUsedAgain) {
    constexpr std::size_t kBytes = 64 * 1024;
    const auto memory = std::make_unique<char[]>(4 * kBytes);
    std::mt19937 random(1);
    for (int round = 0; round < 500; ++round) {
        const auto own = static_cast<unsigned>(random() % 4);
        if (round < 8 || random() % 16 == 0) {  // begins anew on the same stack
            getcontext(&coroutines[own]);
            coroutines[own].uc_stack.ss_sp = memory.get() + own * kBytes;
            coroutines[own].uc_stack.ss_size = kBytes;
            coroutines[own].uc_link = nullptr;
            makecontext(&coroutines[own], reinterpret_cast<void (*)()>(coroutine), 1, own);
        }
        if (coroutines[own].uc_stack.ss_sp == nullptr) continue;
        swapcontext(&main_context, &coroutines[own]);
        here();
    }
}

TEST_F(StackMemoTest, CutStacksAreRefusedAndWhatFollowsIsRight) {
    grow_and_shrink(static_cast<int>(kLimit) + 50, 0xFFFF);
    EXPECT_GT(tally.refused, 100u);
    const std::uint64_t refused = tally.refused;
    for (int i = 0; i < 1000; ++i) here();
    EXPECT_LT(tally.refused - refused, 200u) << "attempts begin again after a while";
    here();
}

TEST_F(StackMemoTest, EachDepthAroundTheLimit) {
    here();
    const int room = static_cast<int>(kLimit - recorder.memo.frames());
    for (int depth = room - 4; depth < room + 4; ++depth) {
        grow_and_shrink(depth, 0);
        for (int i = 0; i < 200; ++i) here();  // over the pause after a refusal
        grow_and_shrink(depth, 0xFFFF);
    }
}

TEST_F(StackMemoTest, ForgettingAModuleEndsBeliefInTheMemo) {
    for (int round = 0; round < 5; ++round) {
        for (const char* name : {"unwind_plugin_small.so", "unwind_plugin_large.so"}) {
            const std::string path = std::string(DREGS_TEST_PROGRAMS) + "/unwind/" + name;
            void* plugin = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
            ASSERT_NE(plugin, nullptr) << dlerror();
            reinterpret_cast<int (*)(void (*)())>(dlsym(plugin, "dregs_plugin_call"))(here);
            test_unwinder().forget_module(format::location_module(recorder.memo.location(1)));
            dlclose(plugin);
            here();
        }
    }
}

TEST_F(StackMemoTest, WithoutRoomItRefuses) {
    StackMemo none{};
    EXPECT_FALSE(test_unwinder().follow({1, 8, 8}, none, 100));
    none.use(nullptr, 100);
    EXPECT_FALSE(test_unwinder().follow({1, 8, 8}, none, 100));
    EXPECT_EQ(none.frames(), 0u);
}

TEST_F(StackMemoTest, ANumberThatCannotBeHadIsAskedForAgain) {
    struct Counting {
        bool fail;
        std::uint32_t asked = 0;
        std::uint32_t intern_hashed(const std::uint64_t*, std::uint32_t count, std::uint32_t number, std::uint64_t) {
            asked += count;
            return fail ? 0 : number + count;
        }
    };
    const auto count = [](bool fail) {
        Counting counting{fail};
        recorder.memo.intern(counting);
        return counting.asked;
    };
    static Recorder fresh;
    std::swap(fresh.memo, recorder.memo);
    tally = {};
    const volatile int rounds = 20;                 // one call in a loop that is not unrolled
    for (int i = 0; i < rounds; ++i) check(false);  // until the memo has it
    EXPECT_EQ(count(true), 1u);
    EXPECT_EQ(count(false), recorder.memo.frames());
    EXPECT_EQ(count(false), 0u);
    std::swap(fresh.memo, recorder.memo);
}

// At each instruction of a workload, from a signal handler.
volatile bool stepping;
void on_trap(int, siginfo_t*, void* context) {
    constexpr greg_t kTrapFlag = 0x100;
    check(false);
    if (!stepping) static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] &= ~kTrapFlag;
}

TEST_F(StackMemoTest, AtEachInstruction) {
    struct sigaction action {};
    struct sigaction former {};
    action.sa_sigaction = on_trap;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGTRAP, &action, &former);
    stepping = true;
    asm volatile("subq $128, %%rsp\n\tpushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\taddq $128, %%rsp" ::: "cc", "memory");
    static std::mt19937 random(5);
    int numbers[] = {5, 1, 4, 2, 3, 9, 7};
    std::qsort(numbers, 7, sizeof(int),
               [](const void* a, const void* b) { return *static_cast<const int*>(a) - *static_cast<const int*>(b); });
    const std::string text = std::to_string(random()) + " and more than fits into a small string";
    stepping = false;
    sigaction(SIGTRAP, &former, nullptr);
    EXPECT_GT(text.size(), 20u);
    EXPECT_GT(tally.followed, 1500u);
    EXPECT_LT(tally.refused, tally.followed / 10) << "only between a pop of rbp and the return after it";
}

}  // namespace
}  // namespace dregs
