// Scopes on eight threads at once; every thread also ends inside a scope that it never left.
//
// Each thread: 1000 rounds of a "round" scope (one survivor of 1337 bytes in every 100th), then a "forgotten" scope
// with a block of 733 bytes, left open when the thread ends.
#include <dregs/dregs.h>

#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

thread_local void* volatile sink;

void run_rounds() {
    for (int i = 0; i < 1000; i++) {
        dregs::Scope round("round");
        void* scratch = std::malloc(64);
        sink = scratch;
        if (i % 100 == 0) sink = std::malloc(1337);
        std::free(scratch);
    }
}

void forget_to_leave() {
    dregs_scope_enter("forgotten");
    sink = std::malloc(733);
}

}  // namespace

int main() {
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; i++) {
        threads.emplace_back([] {
            run_rounds();
            forget_to_leave();
        });
    }
    for (std::thread& thread : threads) thread.join();
    std::puts("round 8000 entered, 80 survivors; forgotten 8 entered, 8 survivors");
}
