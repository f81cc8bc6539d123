/* short_beside_long SHORT: six threads stay, and beside them SHORT others come and go, one after the other; each keeps
 * a block of 1337 bytes. Prints by how many KiB its address space grew meanwhile, and ends with 1 where that is not to
 * be known. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/hostile/keep_blocks.h"

enum { kLong = 6 };

static pthread_barrier_t begun, ended;

static void* stay(void* unused) {
    keep_blocks(1);
    pthread_barrier_wait(&begun);
    pthread_barrier_wait(&ended);
    return unused;
}

static void* come_and_go(void* unused) {
    keep_blocks(1);
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

int main(int argc, char** argv) {
    const int number = argc > 1 ? atoi(argv[1]) : 1000;
    pthread_t threads[kLong], thread;
    pthread_barrier_init(&begun, NULL, kLong + 1);
    pthread_barrier_init(&ended, NULL, kLong + 1);
    for (int i = 0; i < kLong; i++) pthread_create(&threads[i], NULL, stay, NULL);
    pthread_barrier_wait(&begun);
    const long before = address_space_kib();
    for (int i = 0; i < number; i++) {
        if (pthread_create(&thread, NULL, come_and_go, NULL) != 0) return 2;
        pthread_join(thread, NULL);
    }
    printf("%ld\n", address_space_kib() - before);
    pthread_barrier_wait(&ended);
    for (int i = 0; i < kLong; i++) pthread_join(threads[i], NULL);
    return before < 0;
}
