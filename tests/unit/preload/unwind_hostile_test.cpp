// Broken stacks: whatever lies where return addresses and saved registers should be, a walk ends and nothing crashes.
#include <alloca.h>
#include <gtest/gtest.h>
#include <link.h>
#include <sys/mman.h>

#include <cstring>
#include <random>
#include <vector>

#include "preload/unwind/readable_pages.h"
#include "walk_oracle.h"

namespace dregs {
namespace {

constexpr std::size_t kPage = 4096;

// Pages between two that cannot be read.
class Fenced {
  public:
    explicit Fenced(std::size_t pages) : bytes_(pages * kPage) {
        memory_ = static_cast<char*>(
            mmap(nullptr, bytes_ + 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        mprotect(memory_, kPage, PROT_NONE);
        mprotect(memory_ + kPage + bytes_, kPage, PROT_NONE);
    }
    ~Fenced() { munmap(memory_, bytes_ + 2 * kPage); }
    Fenced(const Fenced&) = delete;
    Fenced& operator=(const Fenced&) = delete;

    std::uintptr_t begin() const { return reinterpret_cast<std::uintptr_t>(memory_) + kPage; }
    std::uintptr_t end() const { return begin() + bytes_; }
    std::uint64_t* words() const { return reinterpret_cast<std::uint64_t*>(begin()); }
    std::size_t count() const { return bytes_ / sizeof(std::uint64_t); }

  private:
    std::size_t bytes_;
    char* memory_;
};

// Executable ranges of all objects of this process.
std::vector<std::pair<std::uintptr_t, std::uintptr_t>> code_ranges() {
    std::vector<std::pair<std::uintptr_t, std::uintptr_t>> ranges;
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* data) {
            for (unsigned i = 0; i < info->dlpi_phnum; ++i) {
                const auto& segment = info->dlpi_phdr[i];
                if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
                const std::uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
                static_cast<decltype(ranges)*>(data)->emplace_back(begin, begin + segment.p_memsz);
            }
            return 0;
        },
        &ranges);
    return ranges;
}

TEST(ReadablePages, TellsWhatIsThere) {
    ReadablePages pages;
    const Fenced memory(2);
    EXPECT_TRUE(pages.holds(memory.begin()));
    EXPECT_TRUE(pages.holds(memory.end() - 8));
    EXPECT_FALSE(pages.holds(memory.end()));
    EXPECT_FALSE(pages.holds(memory.begin() - 8));
    EXPECT_TRUE(pages.holds_range(memory.begin(), 2 * kPage));
    EXPECT_FALSE(pages.holds_range(memory.begin(), 2 * kPage + 1));
    EXPECT_FALSE(pages.holds_range(memory.begin() - 1, 2));
    EXPECT_FALSE(pages.holds_range(~std::uintptr_t{0} - 4, 16));
    EXPECT_TRUE(pages.holds_range(0, 0));
    for (const std::uintptr_t nowhere : {0ul, 8ul, 1ul << 46, 1ul << 47, 1ul << 63, ~7ul})
        EXPECT_FALSE(pages.holds(nowhere));
}

TEST(ReadablePages, LeavesErrnoAndTheSignalMaskAlone) {
    ReadablePages pages;
    sigset_t before{};
    sigset_t after{};
    sigprocmask(SIG_BLOCK, nullptr, &before);
    errno = 4711;
    EXPECT_FALSE(pages.holds(8));
    EXPECT_TRUE(pages.holds(reinterpret_cast<std::uintptr_t>(&before)));
    EXPECT_EQ(errno, 4711);
    sigprocmask(SIG_BLOCK, nullptr, &after);
    EXPECT_EQ(std::memcmp(&before, &after, sizeof before), 0);
}

TEST(ReadablePages, AreAskedAboutAnewByEachWalk) {
    void* page = mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const auto address = reinterpret_cast<std::uintptr_t>(page);
    EXPECT_TRUE(ReadablePages().holds(address));
    mprotect(page, kPage, PROT_NONE);
    EXPECT_FALSE(ReadablePages().holds(address));
    mprotect(page, kPage, PROT_READ);
    EXPECT_TRUE(ReadablePages().holds(address));
    munmap(page, kPage);
    EXPECT_FALSE(ReadablePages().holds(address));
}

std::uint64_t locations[format::kMaxFrames];

KEEP Walk walk_with_bp(std::uintptr_t bp) {
    Registers start = DREGS_CAPTURE_CALLER();
    start.bp = bp;
    return test_unwinder().walk(start, locations, 256);
}

// Needs rbp to find its caller.
KEEP std::uintptr_t needs_bp(std::uintptr_t bp, std::size_t bytes, Walk* walk) {
    auto* memory = static_cast<volatile char*>(alloca(bytes));
    memory[0] = 1;
    *walk = walk_with_bp(bp);
    return static_cast<std::uintptr_t>(memory[0]);
}

TEST(UnwindHostile, AnyFramePointer) {
    const Fenced memory(4);
    std::mt19937_64 random(7);
    std::vector<std::uintptr_t> values{0, 8, 16, ~0ul, ~15ul, 1ul << 47, (1ul << 47) - 8, (1ul << 47) - 16, 1ul << 63};
    for (std::intptr_t near = -64; near <= 64; near += 4) {
        values.push_back(memory.begin() + static_cast<std::uintptr_t>(near));
        values.push_back(memory.end() + static_cast<std::uintptr_t>(near));
        values.push_back(reinterpret_cast<std::uintptr_t>(&values) + static_cast<std::uintptr_t>(near));
    }
    for (int i = 0; i < 1000; ++i) values.push_back(random());
    for (const std::uintptr_t bp : values) {
        Walk walk{};
        needs_bp(bp, 100, &walk);
        ASSERT_LE(walk.frames, 256u);
        ASSERT_GE(walk.frames, 1u);
    }
}

// A stack of plausible words: addresses of code, of the stack, of its edges, and noise.
class NoisyStack {
  public:
    explicit NoisyStack(unsigned seed) : random_(seed), code_(code_ranges()) {}

    void fill() {
        for (std::size_t i = 0; i < memory_.count(); ++i) memory_.words()[i] = word();
    }
    Registers start() {
        const std::uintptr_t sp = memory_.begin() + 8 * (random_() % (memory_.count() - 1) + 1);
        return {code_address(), sp, word()};
    }

  private:
    std::uint64_t word() {
        switch (random_() % 8) {
            case 0:
                return random_();
            case 1:
                return 0;
            case 2:
                return memory_.end() - 8 * (random_() % 4);
            case 3:
                return memory_.begin() + 8 * (random_() % 4);
            case 4:
            case 5:
                return memory_.begin() + 8 * (random_() % memory_.count());
            default:
                return code_address();
        }
    }
    std::uintptr_t code_address() {
        const auto& [begin, end] = code_[random_() % code_.size()];
        return begin + 1 + random_() % (end - begin - 1);
    }

    std::mt19937_64 random_;
    std::vector<std::pair<std::uintptr_t, std::uintptr_t>> code_;
    Fenced memory_{3};
};

class UnwindNoise : public ::testing::TestWithParam<unsigned> {};

TEST_P(UnwindNoise, EveryWalkEnds) {
    NoisyStack stack(GetParam());
    std::uint64_t frames = 0;
    for (int round = 0; round < 50; ++round) {
        stack.fill();
        for (int i = 0; i < 1000; ++i) {
            const Walk walk = test_unwinder().walk(stack.start(), locations, 256);
            ASSERT_LE(walk.frames, 256u);
            frames += walk.frames;
        }
    }
    EXPECT_GT(frames, 60'000u) << "the noise should lead some walks astray for a while";
}

INSTANTIATE_TEST_SUITE_P(Seeds, UnwindNoise, ::testing::Range(0u, 8u));

// A stack whose outermost frame lies at the very end of its memory, as coroutine libraries make them: no return address
// can be read there.
TEST(UnwindHostile, StackThatEndsAtTheEndOfItsMemory) {
    const Fenced memory(1);
    const auto code = reinterpret_cast<std::uintptr_t>(&code_ranges) + 1;  // the frame is: CFA = rsp + 8
    const Walk walk = test_unwinder().walk({code, memory.end(), 0}, locations, 16);
    EXPECT_EQ(walk.frames, 1u);
    EXPECT_EQ(walk.root, format::kStackNoUnwind);
}

TEST(UnwindHostile, NoFramesAllowed) {
    Walk walk{};
    needs_bp(0, 10, &walk);
    const Walk none = test_unwinder().walk({1, 8, 8}, locations, 0);
    EXPECT_EQ(none.frames, 0u);
    EXPECT_EQ(none.root, format::kStackCut);
    EXPECT_EQ(test_unwinder().walk({0, 8, 8}, locations, 5).frames, 0u);
    EXPECT_EQ(test_unwinder().walk({~0ul, 8, 8}, locations, 5).root, format::kStackNoUnwind);
}

}  // namespace
}  // namespace dregs
