// Four threads allocate blocks and hand them to the next thread in a ring, which frees them; each keeps 25 of 1337
// bytes.
//
// 200 000 blocks cross threads: alloc on one and free on another must meet in the table, whatever the order.
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t kThreads = 4;
constexpr int kRounds = 50000;

std::array<std::atomic<void*>, kThreads> slots;
void* volatile sink;

__attribute__((noinline)) void keep_one() { sink = std::malloc(1337); }

void exchange(std::size_t self) {
    for (int i = 0; i < kRounds; i++) {
        std::free(slots[(self + 1) % kThreads].exchange(std::malloc(static_cast<std::size_t>(16 + i % 500))));
        if (i % 2000 == 0) keep_one();
    }
}

}  // namespace

int main() {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kThreads; i++) threads.emplace_back(exchange, i);
    for (std::thread& thread : threads) thread.join();
    for (std::atomic<void*>& slot : slots) std::free(slot.exchange(nullptr));
    std::puts("kept 100 blocks");
}
