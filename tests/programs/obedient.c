// Does what it reads, a command a line, and answers each with "done": a host whose heap a test decides.
//
//   keep COUNT BYTES    keeps that many blocks        drop COUNT    gives that many of them back, the newest first
//   touch BYTES         uses memory that is no heap   exec          begins anew, by exec
//   fork COUNT BYTES    a child keeps that many blocks of its own and waits for the parent's end
//   state               prints what it sees of itself
//   kill                dies of SIGKILL               exit STATUS
//
// SIGUSR1 and SIGUSR2 are answered with their names. No output but by write(): stdio's buffers would be live blocks.
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/hostile/host_state.h"

enum { kMostBlocks = 1 << 20 };

static void* blocks[kMostBlocks];
static size_t kept;

static void say(const char* text) {
    if (write(1, text, strlen(text)) < 0) _exit(97);
}

static void tell_signal(int signal) { say(signal == SIGUSR1 ? "USR1\n" : "USR2\n"); }

__attribute__((noinline)) static void keep(size_t count, size_t bytes) {
    for (size_t i = 0; i < count && kept < kMostBlocks; i++) blocks[kept++] = malloc(bytes);
}

static void drop(size_t count) {
    for (size_t i = 0; i < count && kept > 0; i++) free(blocks[--kept]);
}

static void touch(size_t bytes) {
    void* memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) _exit(96);
    memset(memory, 1, bytes);
}

static void fork_child(size_t count, size_t bytes) {
    int ends[2];
    if (pipe(ends) != 0) _exit(95);
    if (fork() != 0) {
        close(ends[0]);  // the other end closes with us
        return;
    }
    close(ends[1]);
    keep(count, bytes);
    char byte;
    _exit(read(ends[0], &byte, 1) == 0 ? 0 : 94);
}

static int obey(const char* command, size_t first, size_t second, char** argv) {
    if (!strcmp(command, "keep")) keep(first, second);
    if (!strcmp(command, "drop")) drop(first);
    if (!strcmp(command, "touch")) touch(first);
    if (!strcmp(command, "fork")) fork_child(first, second);
    if (!strcmp(command, "state")) print_host_state();
    if (!strcmp(command, "exec")) execv("/proc/self/exe", argv);
    if (!strcmp(command, "kill")) raise(SIGKILL);
    return strcmp(command, "exit") != 0;
}

// A line without a buffer beyond it: after an exec the next image reads on. Nothing at the end.
static int read_line(char* line, size_t room) {
    size_t used = 0;
    while (used + 1 < room && read(0, line + used, 1) == 1) {
        if (line[used++] == '\n') break;
    }
    line[used] = 0;
    return used > 0;
}

int main(int argc, char** argv) {
    (void)argc;
    char line[128], command[32];
    const struct sigaction action = {.sa_handler = tell_signal, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
    keep(1, 1);
    say("ready\n");
    while (read_line(line, sizeof line)) {
        size_t first = 0, second = 0;
        if (sscanf(line, "%31s %zu %zu", command, &first, &second) < 1) continue;
        if (!obey(command, first, second, argv)) return (int)first;
        say("done\n");
    }
    return 0;
}
