// Threads allocate and free in scopes while main takes snapshots.
// No block ever outlives its scope: whatever a snapshot calls a survivor was made up.
#include <dregs/dregs.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kThreads = 3;
std::atomic<int> g_at_work{0};
std::atomic<bool> g_stop{false};

void work() {
    dregs_scope_leave(dregs_scope_enter("packet"));
    ++g_at_work;
    while (!g_stop.load(std::memory_order_relaxed)) {
        const dregs::Scope packet("packet");
        void* volatile blocks[16];
        for (void* volatile& block : blocks) block = std::malloc(733);
        for (void* volatile& block : blocks) std::free(block);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const int snapshots = argc > 1 ? std::atoi(argv[1]) : 20;
    void* volatile kept = std::malloc(1337);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back(work);
    while (g_at_work < kThreads) std::this_thread::yield();
    for (int i = 0; i < snapshots; ++i) {
        dregs_snapshot(("state/" + std::to_string(i)).c_str());
        std::this_thread::yield();
    }
    g_stop = true;
    for (std::thread& thread : threads) thread.join();
    std::free(kept);
    std::puts("done");
    return 0;
}
