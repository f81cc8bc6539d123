/* Does a few things whose system calls can be told apart from a tracer's, after a mark (getppid, twice):
 *
 *     calls single|threads|fork    so many blocks that the trace must grow; then files, pipes, signals, time
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/keep_blocks.h"

enum { THREADS = 4 };

static void on_signal(int number) {
    (void)number;
    keep_blocks(1);
}

static void use_descriptors(void) {
    int ends[2];
    char text[16];
    const int file = open("file", O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || pipe(ends) < 0) _exit(2);
    if (write(file, "a block", 7) != 7 || pread(file, text, 7, 0) != 7) _exit(2);
    if (write(ends[1], text, 7) != 7 || read(ends[0], text, sizeof text) != 7) _exit(2);
    dup2(ends[0], file);
    close(file), close(ends[0]), close(ends[1]);
}

static void* work(void* blocks) {
    keep_blocks((int)(size_t)blocks);
    use_descriptors();
    return blocks;
}

static void use_signals(void) {
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t set;
    sigaction(SIGUSR1, &action, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    signal(SIGUSR1, SIG_DFL);
}

static void use_threads(void) {
    pthread_t thread;
    for (int i = 0; i < THREADS; i++) { /* one after the other: their own calls must not depend on chance */
        pthread_create(&thread, NULL, work, (void*)(size_t)3000);
        pthread_join(thread, NULL);
    }
}

static void use_fork(void) {
    for (int i = 0; i < 2; i++) {
        const pid_t child = fork();
        if (child == 0) {
            work((void*)(size_t)3000);
            _exit(0);
        }
        waitpid(child, NULL, 0);
    }
}

int main(int argc, char** argv) {
    const char* how = argc > 1 ? argv[1] : "single";
    getppid(), getppid();
    use_signals();
    work((void*)(size_t)100000);
    if (!strcmp(how, "threads")) use_threads();
    if (!strcmp(how, "fork")) use_fork();
    return 0;
}
