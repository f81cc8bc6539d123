/* A thousand threads alive at once, on the smallest stacks; each leaves one block of 1337 bytes and frees one that the
 * first thread allocated. */
#define _GNU_SOURCE
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { kThreads = 1000 };
static pthread_barrier_t all_here;
static void* given[kThreads];
static void* volatile kept[kThreads];

static void* run(void* number) {
    long self = (long)number;
    free(given[self]);
    kept[self] = malloc(1337);
    pthread_barrier_wait(&all_here);
    return NULL;
}

int main(void) {
    static pthread_t threads[kThreads];
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, (size_t)PTHREAD_STACK_MIN);
    pthread_barrier_init(&all_here, NULL, kThreads);
    for (long i = 0; i < kThreads; i++) given[i] = malloc(733);
    for (long i = 0; i < kThreads; i++) {
        if (pthread_create(&threads[i], &small, run, (void*)i)) return 1;
    }
    for (long i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
    puts("1000 threads");
    return 0;
}
