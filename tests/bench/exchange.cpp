// Bench: threads that free what another allocated. Prints operations (an allocation and its free) a second.
//
// usage: exchange THREADS SECONDS [OPERATIONS]. Threads form a ring; each sends blocks of 16 to 527 bytes to the next
// through a single-producer queue and frees what it receives. THREADS 1 exchanges with itself. With OPERATIONS each
// thread stops after so many, whatever the time: instructions can be counted then.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t kSlots = 1024;

struct alignas(128) Queue {
    std::atomic<void*> slots[kSlots] = {};
};

std::atomic<bool> g_stop{false};

// Called through four ways, so that stacks differ.
template <int kWay>
__attribute__((noinline)) void* allocate(std::uint32_t random) {
    void* block = std::malloc(16 + random % 512);
    *static_cast<volatile int*>(block) = kWay;
    return block;
}

std::uint64_t exchange(Queue& out, Queue& in, std::uint64_t limit) {
    constexpr void* (*kWays[])(std::uint32_t) = {allocate<0>, allocate<1>, allocate<2>, allocate<3>};
    std::uint64_t done = 0;
    std::uint32_t random = 1;
    for (std::size_t i = 0; done != limit && !g_stop.load(std::memory_order_relaxed); i = (i + 1) % kSlots) {
        random = random * 1664525 + 1013904223;
        void* block = kWays[random >> 30](random >> 8);
        // What the neighbour has not fetched yet comes back to us.
        std::free(out.slots[i].exchange(block, std::memory_order_acq_rel));
        std::free(in.slots[(i + kSlots / 2) % kSlots].exchange(nullptr, std::memory_order_acq_rel));
        ++done;
    }
    return done;
}

}  // namespace

int main(int argc, char** argv) {
    const auto count = static_cast<std::size_t>(argc > 1 ? std::atoi(argv[1]) : 2);
    const double seconds = argc > 2 ? std::atof(argv[2]) : 1;
    const std::uint64_t limit = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : ~std::uint64_t{0};
    const auto queues = std::make_unique<Queue[]>(count);
    std::vector<std::uint64_t> done(count);
    std::vector<std::thread> threads;
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < count; ++i) {
        threads.emplace_back([&, i] { done[i] = exchange(queues[(i + 1) % count], queues[i], limit); });
    }
    if (argc <= 3) {
        std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
        g_stop.store(true);
    }
    for (std::thread& thread : threads) thread.join();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::uint64_t total = 0;
    for (const std::uint64_t n : done) total += n;
    std::printf("%.0f\n", static_cast<double>(total) / took.count());
    return 0;
}
