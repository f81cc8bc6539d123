/* The first that allocates is a child that shares its parent's memory: `first_in_guest HOW THREADS`; then the parent
 * has so many threads, one after the other, each of which keeps a block.
 *
 *   none    nobody is first    vfork, clone    it allocates and ends    exits    by exit()     spawn    posix_spawn
 *   fork    a forked child has such a child    beside    another thread allocates while it lives
 *
 * Prints by how much the address space has grown since, in KiB, where that is more than some threads may cost. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/keep_blocks.h"

enum { MOST_KIB = 128 << 10 };

static const char* how;
static volatile int child_is_ready;

static int is(const char* name) { return !strcmp(how, name); }

static int be_child(void* unused) {
    (void)unused;
    keep_blocks(1);
    child_is_ready = 1;
    if (is("beside")) usleep(100000);
    keep_blocks(4);
    if (is("exits")) exit(0);
    _exit(0);
}

static pid_t spawn(void) {
    pid_t child = -1;
    char* arguments[] = {(char*)"true", NULL};
    char* environment[] = {NULL};
    posix_spawnp(&child, "true", NULL, NULL, arguments, environment);
    return child;
}

static void have_child(void) {
    static char stack[256 << 10] __attribute__((aligned(16)));
    pid_t child;
    if (is("none")) return;
    if (is("spawn")) {
        child = spawn();
    } else if (is("clone") || is("beside")) {
        child = clone(be_child, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
    } else {
        child = vfork();
        if (child == 0) be_child(NULL);
    }
    waitpid(child, NULL, 0);
}

static void* work(void* unused) {
    keep_blocks(1);
    return unused;
}

static void* allocate_beside(void* unused) {
    while (!child_is_ready) sched_yield();
    keep_blocks(1000);
    return unused;
}

static long address_space_kib(void) {
    char line[256];
    long kib = -1;
    FILE* status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status)) {
        if (strncmp(line, "VmSize:", 7) == 0) kib = atol(line + 7);
    }
    if (status) fclose(status);
    return kib;
}

static int go_on(int threads) {
    static pthread_t thread;
    have_child();
    keep_blocks(1);
    const long before = address_space_kib();
    for (int i = 0; i < threads; i++) {
        if (pthread_create(&thread, NULL, work, NULL) != 0) return 2;
        pthread_join(thread, NULL);
    }
    const long grown = address_space_kib() - before;
    char text[64];
    const int length = snprintf(text, sizeof text, "grown by %ld\n", grown > MOST_KIB ? grown : 0);
    return write(1, text, (size_t)length) != length;
}

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    how = argv[1];
    static pthread_t neighbour;
    int status = -1;
    if (is("beside")) pthread_create(&neighbour, NULL, allocate_beside, NULL);
    if (!is("fork")) return go_on(atoi(argv[2])) || (is("beside") && pthread_join(neighbour, NULL));
    const pid_t child = fork();
    if (child == 0) _exit(go_on(atoi(argv[2])));
    waitpid(child, &status, 0);
    return status;
}
