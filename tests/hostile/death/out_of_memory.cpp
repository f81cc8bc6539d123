// Takes and touches memory until there is none: what is done then is the first word. Two threads allocate besides.
//
//     out_of_memory die FILE    goes on until it is killed; FILE is told, before, how many blocks there are surely
//     out_of_memory give-up     ends at the first null, with blocks kept before
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

namespace {

constexpr std::size_t kChunk = 100'000;
volatile bool g_stop;

void* keep_busy(void*) {
    while (!g_stop) use_blocks(100);
    return nullptr;
}

__attribute__((noinline)) void* take_chunk() {
    void* chunk = malloc(kChunk);
    if (chunk) memset(chunk, 1, kChunk);
    return chunk;
}

std::uint64_t* open_count(const char* path) {
    const int file = open(path, O_RDWR | O_CREAT, 0600);
    if (file < 0 || ftruncate(file, 4096) != 0) _exit(3);
    void* shared = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (shared == MAP_FAILED) _exit(3);
    return static_cast<std::uint64_t*>(shared);
}

}  // namespace

int main(int argc, char** argv) {
    static std::uint64_t own_count;
    std::uint64_t* count = argc > 2 ? open_count(argv[2]) : &own_count;
    pthread_t threads[2];
    for (pthread_t& thread : threads) pthread_create(&thread, nullptr, keep_busy, nullptr);
    keep_blocks(50);
    while (void* chunk = take_chunk()) {
        last_kept = chunk;
        ++*count;
    }
    g_stop = true;
    for (const pthread_t thread : threads) pthread_join(thread, nullptr);
    print_host_state();
    fprintf(stderr, "out of memory\n");
    return 12;
}
