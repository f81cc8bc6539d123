/* `names_many COUNT`: as many threads, one after the other, each of a name of its own and with a block that stays. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

static void* run(void* number) {
    char name[16];
    snprintf(name, sizeof name, "thread %d", *(int*)number);
    pthread_setname_np(pthread_self(), name);
    keep_blocks(1);
    return NULL;
}

int main(int argc, char** argv) {
    const int count = argc > 1 ? atoi(argv[1]) : 0;
    for (int i = 0; i < count; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, run, &i)) return 1;
        pthread_join(thread, NULL);
    }
    print_host_state();
    return 0;
}
