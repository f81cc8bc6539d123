// Handles that all threads use at once, right or wrong: scopes and pools that one closes, leaves while others attach to
// them, move blocks into them, close or empty them, too; blocks that one frees, grows while others move them. Beside
// that each thread has scopes and pools of its own, "innocent", which nobody else names: whatever happens to the shared
// ones, of those the trace must say what the program did.
//
// `handle_races CALLS EXPECTED`: with the shim, writes to the file EXPECTED what that is, one name and number a line.
#include <dregs/dregs.h>
#include <malloc.h>
#include <stdlib.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <random>
#include <thread>
#include <utility>
#include <vector>

namespace {

constexpr unsigned kThreads = 4;
constexpr unsigned kShared = 3;
constexpr std::uint64_t kPoolBlocks = 5;
constexpr std::size_t kMostPools = 20;
constexpr std::size_t kMostSurvivors = 2000;
constexpr std::size_t kLarge = 400'000;  // mapped, so that no other block ever has its address

std::atomic<std::uint64_t> shared_scopes[kShared];
std::atomic<std::uint64_t> shared_pools[kShared];
std::atomic<std::uint64_t> entered[kThreads];
std::atomic<void*> shared_blocks[kShared];

struct Expected {
    std::uint64_t innocent_scopes = 0, survivors = 0, innocent_pools = 0, pool_blocks = 0;
};

__attribute__((noinline)) void* shared_block() {
    void* volatile block = malloc(733);
    return block;
}
__attribute__((noinline)) void* large_block() {
    void* volatile block = malloc(kLarge);
    return block;
}
__attribute__((noinline)) void* grown_block(void* former) {
    void* volatile block = realloc(former, 2 * kLarge);
    return block;
}
__attribute__((noinline)) void* innocent_block() {
    void* volatile block = malloc(1337);
    return block;
}

class Abuser {
  public:
    explicit Abuser(unsigned number) : number_(number), random_(number + 1), places_(0x10'0000'0000u * (number + 1)) {}

    Expected run(int calls) {
        for (int i = 0; i < calls; ++i) act();
        for (void* block : in_shared_) free(block);
        expected_.survivors = survivors_.size();
        expected_.innocent_pools += pools_.size();
        expected_.pool_blocks = pools_.size() * kPoolBlocks;
        return expected_;
    }

  private:
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    std::uint64_t any_scope() { return shared_scopes[below(kShared)]; }
    std::uint64_t any_pool() { return shared_pools[below(kShared)]; }

    void keep_in_shared(void* block) {
        in_shared_.push_back(block);
        if (in_shared_.size() < 100) return;
        for (void* old : in_shared_) free(old);
        in_shared_.clear();
    }
    void keep_survivor(void* block) {
        if (survivors_.size() < kMostSurvivors) return survivors_.push_back(block);
        std::swap(block, survivors_[below(kMostSurvivors)]);
        free(block);
    }
    void work_in_shared() {
        const std::uint64_t former = dregs_scope_attach(any_scope());
        keep_in_shared(shared_block());
        dregs_scope_restore(former);
    }
    void move_to_shared() {
        void* const block = shared_block();
        dregs_block_move(block, any_scope());
        keep_in_shared(block);
    }
    // Other threads may be in the middle of it when it is left.
    void enter_and_leave() {
        const std::uint64_t scope = dregs_scope_enter("visited");
        entered[number_] = scope;
        if (below(2) == 0) free(shared_block());
        dregs_scope_leave(scope);
    }
    void visit() {
        const std::uint64_t scope = entered[below(kThreads)];
        void* const block = shared_block();
        dregs_block_move(block, scope);
        keep_in_shared(block);
        const std::uint64_t former = dregs_scope_attach(scope);
        keep_in_shared(shared_block());
        dregs_scope_restore(former);
    }
    // Allocated in a scope that is over, and moved by one while another frees it.
    void share_block() {
        const dregs::Scope scope("left");
        void* const block = large_block();
        free(shared_blocks[below(kShared)].exchange(below(2) == 0 ? grown_block(block) : block));
    }
    void move_shared_block() {
        for (int i = 0; i < 20; ++i) dregs_block_move(shared_blocks[below(kShared)], any_scope());
    }
    void use_shared_pool() {
        const std::uint64_t pool = any_pool();
        const void* const block = reinterpret_cast<const void*>(places_ + 64 * below(100));
        dregs_pool_alloc(pool, block, 64);
        dregs_pool_free(pool, block);
        if (below(8) == 0) dregs_pool_free_all(pool);
    }
    void replace_scope() { dregs_scope_close(shared_scopes[below(kShared)].exchange(dregs_scope_open("shared", 0))); }
    void replace_pool() {
        dregs_pool_destroy(shared_pools[below(kShared)].exchange(dregs_pool_create("shared pool", 0)));
    }

    // What was just closed is used again at once, so that a late close of another thread's would hit this one.
    void be_innocent() {
        const std::uint64_t scope = dregs_scope_open("innocent", 0);
        const std::uint64_t former = dregs_scope_attach(scope);
        if (below(16) == 0) {
            keep_survivor(innocent_block());
        } else {
            free(innocent_block());
        }
        dregs_scope_restore(former);
        dregs_scope_close(scope);
        ++expected_.innocent_scopes;
    }
    void own_a_pool() {
        if (pools_.size() == kMostPools) {
            const std::size_t oldest = below(kMostPools);
            dregs_pool_destroy(pools_[oldest]);
            pools_.erase(pools_.begin() + static_cast<std::ptrdiff_t>(oldest));
            ++expected_.innocent_pools;
        }
        pools_.push_back(dregs_pool_create("innocent pool", 0));
        for (std::uint64_t i = 0; i < kPoolBlocks; ++i, ++pool_blocks_)
            dregs_pool_alloc(pools_.back(), reinterpret_cast<const void*>(places_ + 0x10'0000 + 64 * pool_blocks_), 64);
    }

    void act() {
        switch (below(below(100) == 0 ? 12 : 10)) {
            case 0:
                return work_in_shared();
            case 1:
                return move_to_shared();
            case 2:
                return use_shared_pool();
            case 3:
                return replace_scope();
            case 4:
                return replace_pool();
            case 5:
                dregs_scope_close(any_scope());
                return be_innocent();
            case 6:
                return enter_and_leave();
            case 7:
                return visit();
            case 10:
                return share_block();
            case 11:
                return move_shared_block();
            case 8:
                dregs_pool_destroy(any_pool());
                return own_a_pool();
            default:
                return be_innocent();
        }
    }

    unsigned number_;
    std::minstd_rand random_;
    std::uintptr_t places_;
    std::uint64_t pool_blocks_ = 0;
    std::vector<void*> in_shared_;
    std::vector<void*> survivors_;
    std::vector<std::uint64_t> pools_;
    Expected expected_;
};

void write_sums(const Expected (&all)[kThreads], const char* path) {
    Expected sum;
    for (const Expected& one : all) {
        sum.innocent_scopes += one.innocent_scopes;
        sum.survivors += one.survivors;
        sum.innocent_pools += one.innocent_pools;
        sum.pool_blocks += one.pool_blocks;
    }
    std::FILE* file = std::fopen(path, "w");
    if (!file) return;
    std::fprintf(file, "%llu %llu %llu %llu\n", static_cast<unsigned long long>(sum.innocent_scopes),
                 static_cast<unsigned long long>(sum.survivors), static_cast<unsigned long long>(sum.innocent_pools),
                 static_cast<unsigned long long>(sum.pool_blocks));
    std::fclose(file);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    mallopt(M_MMAP_THRESHOLD, 200'000);
    static Expected all[kThreads];
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < kThreads && dregs_active(); ++i)
        threads.emplace_back([&, i] { all[i] = Abuser(i).run(std::atoi(argv[1])); });
    for (std::thread& thread : threads) thread.join();
    for (auto& block : shared_blocks) free(block);
    if (dregs_active()) write_sums(all, argv[2]);
    std::puts("survived");
}
