// Bench: threads that free what another allocated. Prints operations (an allocation and its free) a second.
//
// usage: exchange THREADS SECONDS [OPERATIONS]. Threads form a ring: each fills batches with blocks of 16 to 527 bytes,
// hands them to the next, and frees what it is handed, so nobody frees blocks of its own (but THREADS 1 does). A batch
// is handed over by one store: what is measured is malloc and free, not the queue. With OPERATIONS (a multiple of 64)
// each thread stops after so many, whatever the time: instructions can be counted then.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t kBatch = 64;
constexpr std::size_t kBatches = 16;

// One producer, one consumer.
struct Queue {
    void* blocks[kBatches][kBatch] = {};
    alignas(64) std::atomic<std::uint64_t> filled{0};
    alignas(64) std::atomic<std::uint64_t> emptied{0};
};

std::atomic<bool> g_stop{false};

// Called through four ways, so that stacks differ.
template <int kWay>
__attribute__((noinline)) void* allocate(std::uint32_t random) {
    void* block = std::malloc(16 + random % 512);
    *static_cast<volatile int*>(block) = kWay;
    return block;
}

class Worker {
  public:
    Worker(Queue& out, Queue& in, std::uint64_t limit) : out_(out), in_(in), limit_(limit) {}

    // Returns the number of blocks freed.
    std::uint64_t run() {
        while ((allocated_ != limit_ || freed_ != limit_) && !g_stop.load(std::memory_order_relaxed)) {
            const bool sent = allocated_ != limit_ && send();
            if (!receive() && !sent) std::this_thread::yield();
        }
        return freed_;
    }

  private:
    bool send() {
        constexpr void* (*kWays[])(std::uint32_t) = {allocate<0>, allocate<1>, allocate<2>, allocate<3>};
        const std::uint64_t number = out_.filled.load(std::memory_order_relaxed);
        if (number - out_.emptied.load(std::memory_order_acquire) == kBatches) return false;
        for (void*& block : out_.blocks[number % kBatches]) {
            random_ = random_ * 1664525 + 1013904223;
            block = kWays[random_ >> 30](random_ >> 8);
        }
        allocated_ += kBatch;
        out_.filled.store(number + 1, std::memory_order_release);
        return true;
    }

    bool receive() {
        const std::uint64_t number = in_.emptied.load(std::memory_order_relaxed);
        if (in_.filled.load(std::memory_order_acquire) == number) return false;
        for (void* block : in_.blocks[number % kBatches]) std::free(block);
        freed_ += kBatch;
        in_.emptied.store(number + 1, std::memory_order_release);
        return true;
    }

    Queue& out_;
    Queue& in_;
    std::uint64_t limit_;
    std::uint64_t allocated_ = 0;
    std::uint64_t freed_ = 0;
    std::uint32_t random_ = 1;
};

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
        threads.emplace_back([&, i] { done[i] = Worker(queues[(i + 1) % count], queues[i], limit).run(); });
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
