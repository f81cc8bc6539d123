// Threads that each hand out and take back the blocks of a pool of their own, the same few addresses again and again,
// now all at once and now one by one: what each emptied pool leaves in the shim's table is what others use next.
#include <dregs/dregs.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

namespace {

constexpr unsigned kThreads = 4;
constexpr unsigned kBlocks = 30;
constexpr unsigned kPlaces = 200;
constexpr std::uintptr_t kBlockBytes = 64;

void hand_out(dregs_pool pool, std::uintptr_t first) {
    for (unsigned i = 0; i < kBlocks; ++i)
        dregs_pool_alloc(pool, reinterpret_cast<const void*>(first + i * kBlockBytes), kBlockBytes);
}

void take_back(dregs_pool pool, std::uintptr_t first) {
    for (unsigned i = 0; i < kBlocks; ++i)
        dregs_pool_free(pool, reinterpret_cast<const void*>(first + i * kBlockBytes));
}

void use_pool(unsigned number, int rounds) {
    std::minstd_rand random(number + 1);
    const std::uintptr_t memory = 0x1000'0000'0000u + number * std::uintptr_t{0x10'0000};
    const dregs_pool pool = dregs_pool_create("pool", 0);
    for (int i = 0; i < rounds; ++i) {
        const std::uintptr_t first = memory + random() % kPlaces * kBlockBytes;
        hand_out(pool, first);
        if (random() % 2)
            dregs_pool_free_all(pool);
        else
            take_back(pool, first);
    }
    hand_out(pool, memory);
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < kThreads; ++i) threads.emplace_back(use_pool, i, argc > 1 ? std::atoi(argv[1]) : 1000);
    for (std::thread& thread : threads) thread.join();
    std::puts("done");
}
