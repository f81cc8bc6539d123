/* Ends, in the way its argument says, while four detached threads allocate and free as fast as they can.
 * Keeps 4 blocks; each thread has at most one block live at any moment. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

enum { kThreads = 4 };
static int running;

static void* run(void* unused) {
    (void)unused;
    __atomic_fetch_add(&running, 1, __ATOMIC_RELAXED);
    for (size_t i = 0;; i++) {
        void* volatile block = malloc(100 + i % 1000);
        free(block);
    }
    return NULL;
}

static void at_exit(void) { keep_blocks(2); }

int main(int argc, char** argv) {
    const char* how = argc > 1 ? argv[1] : "return";
    pthread_attr_t detached;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    atexit(at_exit);
    for (int i = 0; i < kThreads; i++) pthread_create(&thread, &detached, run, NULL);
    while (__atomic_load_n(&running, __ATOMIC_RELAXED) < kThreads) usleep(1000);
    keep_blocks(2);
    print_host_state();
    if (!strcmp(how, "_exit")) {
        at_exit();
        _exit(5);
    }
    return 6;
}
