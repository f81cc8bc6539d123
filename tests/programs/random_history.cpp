// Random histories of malloc, calloc, aligned_alloc, realloc and free on many threads, under stacks of random shape,
// with blocks that change hands between threads: `random_history SEED`. Each thread keeps a ledger of its own. At the
// end all blocks that are live stay so; prints how many and how many bytes that are, as the ledgers say.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace {

constexpr int kThreads = 6;
constexpr int kSteps = 60'000;
constexpr std::size_t kSlots = 512;
constexpr std::size_t kShared = 64;

struct Owned {
    void* block;
    std::size_t bytes;
};

struct Ledger {
    std::uint64_t blocks = 0;
    std::uint64_t bytes = 0;
};

// A block with its size in front of its bytes, so that whoever gets it knows what the ledger has to forget.
std::atomic<Owned*> g_shared[kShared];

__attribute__((noinline)) void* history_block(unsigned kind, void* former, std::size_t bytes) {
    void* block = nullptr;
    switch (kind % 4) {
        case 0:
            block = std::malloc(bytes);
            break;
        case 1:
            block = std::calloc(1, bytes);
            break;
        case 2:
            block = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
            break;
        default:
            block = std::realloc(former, bytes);
            break;
    }
    asm volatile("" : "+r"(block));
    return block;
}

// Four functions that call each other in random order: stacks by the hundred thousand.
template <int kWhich>
__attribute__((noinline)) void* under(int depth, std::uint64_t path, unsigned kind, void* former, std::size_t bytes) {
    void* block = nullptr;
    if (depth == 0)
        block = history_block(kind, former, bytes);
    else if (path % 4 == 0)
        block = under<0>(depth - 1, path / 4, kind, former, bytes);
    else if (path % 4 == 1)
        block = under<1>(depth - 1, path / 4, kind, former, bytes);
    else if (path % 4 == 2)
        block = under<2>(depth - 1, path / 4, kind, former, bytes);
    else
        block = under<3>(depth - 1, path / 4, kind, former, bytes);
    asm volatile("" : "+r"(block) : "i"(kWhich));
    return block;
}

class History {
  public:
    explicit History(unsigned seed) : random_(seed), slots_(kSlots) {}

    void run() {
        for (int i = 0; i < kSteps; ++i) step();
    }
    Ledger ledger() const {
        Ledger sum;
        for (const Owned& owned : slots_) {
            if (!owned.block) continue;
            ++sum.blocks;
            sum.bytes += owned.bytes;
        }
        return sum;
    }

  private:
    void step() {
        Owned& owned = slots_[random_() % kSlots];
        const auto kind = static_cast<unsigned>(random_());
        const std::size_t bytes = 1 + random_() % (random_() % 50 == 0 ? 50'000 : 300);
        if (!owned.block) {
            owned = {under<0>(static_cast<int>(random_() % 12), random_(), kind, nullptr, bytes), size(kind, bytes)};
        } else if (kind % 4 == 3) {
            owned = {under<1>(static_cast<int>(random_() % 12), random_(), kind, owned.block, bytes), bytes};
        } else if (kind % 8 == 4) {
            pass_on(owned);
        } else {
            std::free(owned.block);
            owned = {};
        }
    }
    static std::size_t size(unsigned kind, std::size_t bytes) { return kind % 4 == 2 ? (bytes + 63) / 64 * 64 : bytes; }
    // Leaves the block for any thread and takes what lay there.
    void pass_on(Owned& owned) {
        auto* mine = new Owned(owned);
        const std::unique_ptr<Owned> theirs(g_shared[random_() % kShared].exchange(mine));
        owned = theirs ? *theirs : Owned{};
    }

    std::mt19937_64 random_;
    std::vector<Owned> slots_;
};

}  // namespace

int main(int argc, char** argv) {
    const auto seed = static_cast<unsigned>(argc > 1 ? std::atoi(argv[1]) : 1);
    std::vector<std::unique_ptr<History>> histories;
    for (unsigned i = 0; i < kThreads; ++i) histories.push_back(std::make_unique<History>(seed * 100 + i));
    std::vector<std::thread> threads;
    for (const auto& history : histories) threads.emplace_back([&history] { history->run(); });
    for (std::thread& thread : threads) thread.join();
    Ledger sum;
    for (const auto& history : histories) {
        sum.blocks += history->ledger().blocks;
        sum.bytes += history->ledger().bytes;
    }
    for (const auto& shared : g_shared) {
        if (!shared.load()) continue;
        ++sum.blocks;
        sum.bytes += shared.load()->bytes;
    }
    std::printf("%llu %llu\n", static_cast<unsigned long long>(sum.blocks), static_cast<unsigned long long>(sum.bytes));
    return 0;
}
