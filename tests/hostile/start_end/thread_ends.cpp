// Threads that allocate and free while they end: in destructors of thread_local objects, in destructors of
// thread-specific data that come back for another round, after all of these. Each of 20 threads keeps 5 blocks of
// keep_blocks.
#include <pthread.h>

#include <cstdio>
#include <thread>
#include <vector>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

namespace {

pthread_key_t first_key;
pthread_key_t last_key;

struct Local {
    Local() : block(malloc(733)) {}
    ~Local() {
        free(block);
        keep_blocks(1);
    }
    void* block;
};

// Thread-specific data is destroyed after thread_local objects, in up to four rounds while destructors set it anew.
void destroy_first(void* block) {
    static thread_local int rounds = 0;
    free(block);
    keep_blocks(1);
    if (++rounds < 3) pthread_setspecific(first_key, malloc(733));
}

void destroy_last(void* block) {
    use_blocks(10);
    free(block);
    keep_blocks(1);
}

void run() {
    static thread_local Local local;
    pthread_setspecific(first_key, malloc(733));
    pthread_setspecific(last_key, local.block ? malloc(733) : nullptr);
    std::snprintf(static_cast<char*>(local.block), 733, "a name");
}

}  // namespace

int main() {
    pthread_key_create(&first_key, destroy_first);
    pthread_key_create(&last_key, destroy_last);
    std::vector<std::thread> threads;
    for (int i = 0; i < 20; ++i) threads.emplace_back(run);
    for (std::thread& thread : threads) thread.join();
    threads = std::vector<std::thread>();
    print_host_state();
}
