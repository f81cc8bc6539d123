/* Children of every kind, one after the other; each allocates. Those with memory of their own (fork, _Fork, a bare
 * clone, a spawned image) keep 4 blocks of 1337 bytes there; those that share ours (vfork, clone with CLONE_VM) keep 3
 * here. `births ROUNDS`; keeps 1 + 3 * 2 blocks a round itself. Prints the exit statuses of the last round. */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

extern char** environ;
enum { kStackBytes = 65536 };
static char stack[kStackBytes] __attribute__((aligned(16)));

static int await(pid_t child) {
    int status = -1;
    waitpid(child, &status, __WALL);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

static _Noreturn void live_alone(int status) {
    use_blocks(20);
    keep_blocks(4);
    _exit(status);
}

static int share_memory(void* status) {
    use_blocks(20);
    keep_blocks(3);
    return *(int*)status;
}

static int by_fork(void) {
    const pid_t child = fork();
    if (child == 0) live_alone(11);
    return await(child);
}

static int by_bare_fork(void) {
    const pid_t child = _Fork();
    if (child == 0) live_alone(12);
    return await(child);
}

static int by_system_call(void) {
    const pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (child == 0) live_alone(13);
    return await(child);
}

static int by_spawn(char* self) {
    char* arguments[] = {self, (char*)"spawned", NULL};
    pid_t child = 0;
    return posix_spawn(&child, "/proc/self/exe", NULL, NULL, arguments, environ) == 0 ? await(child) : 98;
}

static int by_vfork(void) {
    static int status = 15;
    const pid_t child = vfork();
    if (child == 0) _exit(share_memory(&status));
    return await(child);
}

static int by_clone_with_memory(void) {
    static int status = 16;
    return await(clone(share_memory, stack + kStackBytes, CLONE_VM | CLONE_VFORK | SIGCHLD, &status));
}

int main(int argc, char** argv) {
    if (argc > 1 && !strcmp(argv[1], "spawned")) live_alone(14);
    int found[6] = {0};
    for (int round = argc > 1 ? atoi(argv[1]) : 1; round > 0; round--) {
        keep_blocks(1);
        const int now[6] = {by_fork(),         by_bare_fork(), by_system_call(),
                            by_spawn(argv[0]), by_vfork(),     by_clone_with_memory()};
        memcpy(found, now, sizeof found);
    }
    char text[128];
    int length = 0;
    for (int i = 0; i < 6; i++) length += snprintf(text + length, sizeof text - (size_t)length, "%d ", found[i]);
    text[length - 1] = '\n';
    if (write(1, text, (size_t)length) != length) return 1;
    print_host_state();
    return 0;
}
