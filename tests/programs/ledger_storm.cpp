// Four threads allocate in four functions, and release in four others what any of them allocated: `ledger_storm SEED
// [fork|forever]`. The program keeps the table of which function released whose blocks; blocks that are left stay live.
// Prints a line for each allocating function: name, allocated, released, live, and how many were released where.
//
// fork: a child does the same, after it has released a hundred blocks of its parent's in release_inherited. forever:
// says "running" and goes on until it is killed.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

namespace {

constexpr int kThreads = 4;
constexpr int kSteps = 60'000;
constexpr std::size_t kShared = 256;
constexpr int kInherited = 100;
constexpr int kSites = 4;  // and one that moves blocks
constexpr int kMoving = kSites;

struct Block {
    int site;
};

std::atomic<std::uint64_t> g_allocated[kSites + 1];
std::atomic<std::uint64_t> g_released[kSites + 1][kSites + 1];
std::atomic<Block*> g_shared[kShared];

Block* made(void* memory, int site) {
    auto* block = static_cast<Block*>(memory);
    block->site = site;
    ++g_allocated[site];
    return block;
}

void count_release(const Block* block, int where) { ++g_released[block->site][where]; }

}  // namespace

#define ALLOCATING(n) \
    extern "C" __attribute__((noinline)) Block* allocate_##n(std::size_t bytes) { return made(std::malloc(bytes), n); }
// Ends in a jump to free, as compilers have it; the even ones do not.
#define RELEASING(n)                                                      \
    extern "C" __attribute__((noinline)) void release_##n(Block* block) { \
        count_release(block, n);                                          \
        std::free(block);                                                 \
        if ((n) % 2 == 0) asm volatile("");                               \
    }
ALLOCATING(0)
ALLOCATING(1)
ALLOCATING(2)
ALLOCATING(3)
RELEASING(0)
RELEASING(1)
RELEASING(2)
RELEASING(3)

extern "C" __attribute__((noinline)) Block* move_block(Block* block, std::size_t bytes) {
    count_release(block, kMoving);
    Block* moved = made(std::realloc(block, bytes), kMoving);
    asm volatile("" : "+r"(moved));
    return moved;
}

extern "C" __attribute__((noinline)) void release_inherited(void* block) {
    std::free(block);
    asm volatile("");
}

namespace {

Block* allocate(unsigned which, std::size_t bytes) {
    switch (which % kSites) {
        case 0:
            return allocate_0(bytes);
        case 1:
            return allocate_1(bytes);
        case 2:
            return allocate_2(bytes);
        default:
            return allocate_3(bytes);
    }
}

void release(unsigned which, Block* block) {
    switch (which % kSites) {
        case 0:
            return release_0(block);
        case 1:
            return release_1(block);
        case 2:
            return release_2(block);
        default:
            return release_3(block);
    }
}

void step(std::mt19937& random) {
    Block* block = allocate(static_cast<unsigned>(random()), 8 + random() % 300);
    if (random() % 4 == 0) block = move_block(block, 8 + random() % 600);
    Block* other = g_shared[random() % kShared].exchange(block);
    if (other) release(static_cast<unsigned>(random()), other);
}

void storm(unsigned seed, bool forever) {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < kThreads; ++i) {
        threads.emplace_back([=] {
            std::mt19937 random(seed * kThreads + i);
            for (int steps = 0; forever || steps < kSteps; ++steps) step(random);
        });
    }
    if (forever) std::puts("running"), std::fflush(stdout);
    for (std::thread& thread : threads) thread.join();
}

void print_row(int site) {
    std::uint64_t released = 0;
    for (const auto& count : g_released[site]) released += count;
    char name[] = "allocate_0";
    name[sizeof(name) - 2] = static_cast<char>('0' + site);
    std::printf("%s %llu %llu %llu", site == kMoving ? "move_block" : name,
                static_cast<unsigned long long>(g_allocated[site]), static_cast<unsigned long long>(released),
                static_cast<unsigned long long>(g_allocated[site] - released));
    if (g_released[site][kMoving])
        std::printf(" move_block=%llu", static_cast<unsigned long long>(g_released[site][kMoving]));
    for (int where = 0; where < kSites; ++where) {
        std::printf(" release_%d=%llu", where, static_cast<unsigned long long>(g_released[site][where]));
    }
    std::puts("");
}

void print_table() {
    for (int site = 0; site <= kMoving; ++site) print_row(site);
}

int in_child(unsigned seed, void* const (&inherited)[kInherited]) {
    for (void* block : inherited) release_inherited(block);
    storm(seed + 1, false);
    std::printf("pid %d\n", static_cast<int>(getpid()));
    print_table();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const auto seed = static_cast<unsigned>(argc > 1 ? std::atoi(argv[1]) : 1);
    const char* mode = argc > 2 ? argv[2] : "";
    if (std::strcmp(mode, "fork") != 0) {
        storm(seed, std::strcmp(mode, "forever") == 0);
        print_table();
        return 0;
    }
    void* inherited[kInherited];
    for (void*& block : inherited) block = std::malloc(1337);
    const pid_t child = fork();
    if (child == 0) {
        const int status = in_child(seed, inherited);
        std::fflush(stdout);
        _exit(status);
    }
    int status = 1;
    waitpid(child, &status, 0);
    return status;
}
