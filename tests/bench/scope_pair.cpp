// Bench: the time of a scope's enter and leave. usage: scope_pair PAIRS. Prints nanoseconds a pair.
#include <dregs/dregs.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
    const long pairs = argc > 1 ? std::atol(argv[1]) : 10'000'000;
    for (int i = 0; i < 10'000; ++i) dregs_scope_leave(dregs_scope_enter("packet"));
    const auto begin = std::chrono::steady_clock::now();
    for (long i = 0; i < pairs; ++i) {
        const dregs_scope packet = dregs_scope_enter("packet");
        asm volatile("" ::: "memory");
        dregs_scope_leave(packet);
    }
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
    std::printf("%.2f\n", took.count() / static_cast<double>(pairs));
    return 0;
}
