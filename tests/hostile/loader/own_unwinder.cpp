// A program that carries libunwind: walks its own stack with it from several threads while it throws and allocates.
#include <dlfcn.h>
#include <libunwind.h>

#include <cstdio>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

namespace {

int frames_here() {
    void* frames[64];
    return unw_backtrace(frames, 64);
}

__attribute__((noinline)) int frames_below(int depth) {
    if (depth == 0) return frames_here();
    const int frames = frames_below(depth - 1);
    use_blocks(1);
    return frames;
}

__attribute__((noinline)) void throw_below(int depth) {
    if (depth == 0) throw std::runtime_error("thrown");
    throw_below(depth - 1);
    use_blocks(1);
}

int throw_and_walk(int rounds) {
    int good = 0;
    const int flat = frames_below(0);
    for (int i = 0; i < rounds; i++) {
        good += frames_below(10) == flat + 10;
        try {
            throw_below(10);
        } catch (const std::exception&) {
            good++;
        }
    }
    keep_blocks(2);
    return good;
}

}  // namespace

int main() {
    int good[4] = {};
    std::vector<std::thread> threads;
    for (int& each : good) threads.emplace_back([&each] { each = throw_and_walk(500); });
    for (std::thread& thread : threads) thread.join();
    std::printf("walks and catches: %d %d %d %d\n", good[0], good[1], good[2], good[3]);
    std::fflush(stdout);
    print_host_state();
}
