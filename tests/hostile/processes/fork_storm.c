/* Forks while other threads allocate: `fork_storm ROUNDS`. Each child keeps 7 blocks of 1337 bytes, gives back one that
 * it inherited, and must not be found waiting for a lock that nobody holds any more: its alarm would end it. The parent
 * keeps one block a round; each of its 3 threads 100, while the children come and go. Prints how many children ended
 * well. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

enum { kThreads = 3, kKeptByThread = 100, kSecondsUntilStuck = 60 };

static atomic_int stop;
static void* volatile inherited;
static pthread_barrier_t all_at_work;

static void* allocate(void* unused) {
    pthread_barrier_wait(&all_at_work);
    keep_blocks(kKeptByThread);
    while (!atomic_load(&stop)) use_blocks(100);
    return unused;
}

static _Noreturn void be_a_child(void) {
    alarm(kSecondsUntilStuck);
    use_blocks(50);
    keep_blocks(7);
    free(inherited);
    _exit(0);
}

static int fork_once(void) {
    const pid_t child = fork();
    if (child == 0) be_a_child();
    int status = -1;
    waitpid(child, &status, 0);
    return status == 0;
}

int main(int argc, char** argv) {
    const int rounds = argc > 1 ? atoi(argv[1]) : 10;
    pthread_t threads[kThreads];
    int well = 0;
    inherited = malloc(733);
    pthread_barrier_init(&all_at_work, NULL, kThreads + 1);
    for (int i = 0; i < kThreads; i++) pthread_create(&threads[i], NULL, allocate, NULL);
    pthread_barrier_wait(&all_at_work);
    for (int i = 0; i < rounds; i++) {
        keep_blocks(1);
        well += fork_once();
    }
    atomic_store(&stop, 1);
    for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
    char text[64];
    const int length = snprintf(text, sizeof text, "%d children ended well\n", well);
    if (write(1, text, (size_t)length) != length) return 1;
    print_host_state();
    return 0;
}
