/* Starts children by vfork and by posix_spawn, between its own allocations; none of that may disturb its count.
 * Leaves 30 blocks of 1337 bytes. */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;
static void* volatile sink;

static int wait_for(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static int by_vfork(char* path, char* argument) {
    char* arguments[] = {path, argument, NULL};
    pid_t child = vfork();
    if (child == 0) {
        execv(path, arguments);
        _exit(98);
    }
    return wait_for(child);
}

static int by_spawn(char* path, char* argument) {
    char* arguments[] = {path, argument, NULL};
    pid_t child = 0;
    return posix_spawn(&child, path, NULL, NULL, arguments, environ) ? 97 : wait_for(child);
}

int main(int argc, char** argv) {
    if (argc > 1) return atoi(argv[1]);
    int wrong = 0;
    for (int i = 0; i < 10; i++) {
        sink = malloc(1337);
        wrong += by_vfork(argv[0], "7") != 7;
        sink = malloc(1337);
        wrong += by_spawn(argv[0], "8") != 8;
        sink = malloc(1337);
        wrong += by_vfork("/no/such/program", "0") != 98;
    }
    return wrong;
}
