// Bench: the time of a malloc/free pair under a call stack of DEPTH frames whose innermost four change at every call.
//
// usage: pair DEPTH THREADS PAIRS. Prints nanoseconds a pair (wall time of one thread's loop, the slowest thread).
// Built without frame pointers, as distributions build.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kChanging = 4;

__attribute__((noinline)) void pair(std::uint32_t bytes) {
    void* block = std::malloc(bytes);
    asm volatile("" : "+r"(block) : : "memory");  // the compiler must not leave both out
    std::free(block);
}

// Four frames, each one of four functions: the path through them is `path`, two bits a level.
template <int kWhich>
__attribute__((noinline)) void changing(int level, std::uint32_t path);

using Step = void (*)(int, std::uint32_t);
constexpr Step kSteps[] = {changing<0>, changing<1>, changing<2>, changing<3>};

template <int kWhich>
__attribute__((noinline)) void changing(int level, std::uint32_t path) {
    volatile int here = kWhich;
    if (level == 0)
        pair(16 + (path & 63) + static_cast<std::uint32_t>(here));
    else
        kSteps[path & 3](level - 1, path >> 2);
    here = level;
}

__attribute__((noinline)) void fixed(int depth, std::uint64_t pairs) {
    [[maybe_unused]] volatile int here = depth;
    if (depth > 0) {
        fixed(depth - 1, pairs);
    } else {
        std::uint32_t path = 1;
        for (std::uint64_t i = 0; i < pairs; ++i) {
            path = path * 1664525 + 1013904223;
            kSteps[path >> 30](kChanging - 1, path >> 22);
        }
    }
    here = 0;
}

double measure(int depth, std::uint64_t pairs) {
    fixed(depth, pairs / 50 + 1000);  // warm
    const auto begin = Clock::now();
    fixed(depth, pairs);
    const std::chrono::duration<double, std::nano> took = Clock::now() - begin;
    return took.count() / static_cast<double>(pairs);
}

}  // namespace

int main(int argc, char** argv) {
    const int depth = argc > 1 ? std::atoi(argv[1]) : 30;
    const int threads = argc > 2 ? std::atoi(argv[2]) : 1;
    const std::uint64_t pairs = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1'000'000;
    std::vector<double> results(static_cast<std::size_t>(threads));
    std::vector<std::thread> others;
    // What stands around the changing frames: main's or a thread's first few, and pair() itself.
    const int fixed_depth = depth - kChanging - 4;
    for (std::size_t i = 1; i < results.size(); ++i) {
        others.emplace_back([&, i] { results[i] = measure(fixed_depth, pairs); });
    }
    results[0] = measure(fixed_depth, pairs);
    for (std::thread& other : others) other.join();
    double slowest = 0;
    for (const double result : results) slowest = result > slowest ? result : slowest;
    std::printf("%.1f\n", slowest);
    return 0;
}
