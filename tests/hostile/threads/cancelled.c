/* Cancellation: `cancelled THREADS`. Half of the threads have a cancellation pending from the start and go through
 * every way of allocating, where none may take effect; then they ask for it. The others compute with asynchronous
 * cancellation allowed until they are cancelled. Cleanup handlers and destructors of thread data allocate, free and
 * keep 3 blocks of 1337 bytes a thread; the first kind of thread keeps 50 more. Prints what happened. */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "dregs/dregs.h"
#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

static pthread_key_t key;
static atomic_int passed, cleaned, destroyed;
static atomic_long computing;

static void destroy(void* block) {
    free(block);
    keep_blocks(1);
    atomic_fetch_add(&destroyed, 1);
}

static void clean_up(void* block) {
    free(block);
    keep_blocks(2);
    atomic_fetch_add(&cleaned, 1);
}

static void allocate_in_every_way(void) {
    void* volatile block = malloc(100);
    block = realloc(block, 5000);
    free(block);
    block = calloc(10, 100);
    free(block);
    block = aligned_alloc(64, 640);
    free(block);
    block = memalign(4096, 100);
    free(block);
    block = reallocarray(NULL, 3, 100);
    if (malloc_usable_size(block) >= 300) free(block);
    const dregs_scope scope = dregs_scope_enter("cancelled");
    keep_blocks(50);
    dregs_scope_leave(scope);
}

static void* be_patient(void* unused) {
    pthread_cancel(pthread_self()); /* pending from here on */
    allocate_in_every_way();
    pthread_setspecific(key, malloc(500));
    pthread_cleanup_push(clean_up, malloc(300));
    atomic_fetch_add(&passed, 1);
    pthread_testcancel();
    abort();
    pthread_cleanup_pop(0);
    return unused;
}

static void* compute(void* unused) {
    pthread_setspecific(key, malloc(500));
    pthread_cleanup_push(clean_up, malloc(300));
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    for (;;) atomic_fetch_add(&computing, 1);
    pthread_cleanup_pop(0);
    return unused;
}

static void wait_until_computing(void) {
    for (const long before = atomic_load(&computing); atomic_load(&computing) == before;) sched_yield();
}

static int run_one(int number) {
    pthread_t thread;
    void* result = NULL;
    pthread_create(&thread, NULL, number % 2 ? compute : be_patient, NULL);
    if (number % 4 == 1) wait_until_computing();
    if (number % 2) pthread_cancel(thread);
    pthread_join(thread, &result);
    return result == PTHREAD_CANCELED;
}

int main(int argc, char** argv) {
    int cancelled = 0;
    pthread_key_create(&key, destroy);
    for (int i = argc > 1 ? atoi(argv[1]) : 10; i > 0; i--) cancelled += run_one(i);
    char text[128];
    const int length = snprintf(text, sizeof text, "%d cancelled, %d passed, %d cleaned, %d destroyed\n", cancelled,
                                atomic_load(&passed), atomic_load(&cleaned), atomic_load(&destroyed));
    if (write(1, text, (size_t)length) != length) return 1;
    print_host_state();
    return 0;
}
