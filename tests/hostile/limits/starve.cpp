// Does what its words say, one after the other, and says how many blocks it asked for and gave back.
//
//     starve FOLDER WORD...    storm: three threads allocate from many call stacks, in scopes
//                              fill, room: fills the disk that FOLDER is on, and makes room again
//                              no-files, no-size, no-memory, no-maps: takes something away; back: gives all back
//                              lock: mlockall;  snapshot: dregs_snapshot;  wait: longer than dregs rests after a
//                              failure
#include <dregs/dregs.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

namespace {

constexpr int kThreads = 3;
constexpr int kRounds = 400;
char g_filler[4096];

// Each depth is a call stack more, each block of 70,000 bytes needs room of its own in the trace.
__attribute__((noinline)) void keep_from_depth(int depth) {
    if (depth > 0) keep_from_depth(depth - 1);
    keep_blocks(1);
    asm volatile("" ::: "memory");
}

void* allocate(void*) {
    for (int i = 0; i < kRounds; ++i) {
        const dregs_scope scope = dregs_scope_enter("round");
        keep_from_depth(i % 40);
        last_kept = malloc(70'000);
        use_blocks(10);
        if (i % 2) dregs_scope_leave(scope);
    }
    return nullptr;
}

void storm() {
    pthread_t threads[kThreads];
    for (pthread_t& thread : threads) {
        if (pthread_create(&thread, nullptr, allocate, nullptr) != 0) allocate(nullptr), thread = 0;
    }
    for (const pthread_t thread : threads) {
        if (thread) pthread_join(thread, nullptr);
    }
}

void fill() {
    const int file = open(g_filler, O_WRONLY | O_CREAT, 0600);
    static char bytes[4096];
    while (write(file, bytes, sizeof bytes) > 0) continue;
    while (write(file, bytes, 1) > 0) continue;
    fsync(file);
    close(file);
}

// Sets a limit, and gives what it was.
rlim_t limit(decltype(RLIMIT_AS) resource, rlim_t to) {
    rlimit now{};
    getrlimit(resource, &now);
    const rlim_t former = now.rlim_cur;
    now.rlim_cur = to < now.rlim_max ? to : now.rlim_max;
    setrlimit(resource, &now);
    return former;
}

// As many mappings as the system lets a process have: pages whose protection alternates cannot be one.
char* g_pages;
constexpr std::size_t kMaps = 70'000;
void use_up_mappings() {
    g_pages = static_cast<char*>(mmap(nullptr, kMaps * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    for (std::size_t i = 0; i < kMaps; i += 2) {
        if (mprotect(g_pages + i * 4096, 4096, PROT_NONE) != 0) return;
    }
}

void give_back() {
    limit(RLIMIT_NOFILE, 256);
    limit(RLIMIT_FSIZE, RLIM_INFINITY);
    limit(RLIMIT_AS, RLIM_INFINITY);
    if (g_pages) munmap(g_pages, kMaps * 4096);
    g_pages = nullptr;
}

void do_step(const char* step) {
    if (!strcmp(step, "storm")) storm();
    if (!strcmp(step, "fill")) fill();
    if (!strcmp(step, "room")) unlink(g_filler);
    if (!strcmp(step, "no-files")) limit(RLIMIT_NOFILE, 0);
    if (!strcmp(step, "no-size")) limit(RLIMIT_FSIZE, 4096);
    if (!strcmp(step, "no-memory")) limit(RLIMIT_AS, 1);
    if (!strcmp(step, "no-maps")) use_up_mappings();
    if (!strcmp(step, "back")) give_back();
    if (!strcmp(step, "lock") && mlockall(MCL_CURRENT | MCL_FUTURE) != 0) perror("mlockall");
    if (!strcmp(step, "snapshot")) dregs_snapshot("kept");
    if (!strcmp(step, "wait")) usleep(1'200'000);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1) snprintf(g_filler, sizeof g_filler, "%s/filler", argv[1]);
    for (int i = 2; i < argc; ++i) do_step(argv[i]);
    give_back();
    print_host_state();
    return 0;
}
