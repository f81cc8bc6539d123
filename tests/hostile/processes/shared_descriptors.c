/* Standard descriptors that nobody has, and what another thread does with them at every moment: `shared_descriptors HOW
 * ROUNDS` allocates, or takes snapshots, while its other threads
 *
 *   write    to 1 and 2, which are closed, as a daemon's do that goes on logging
 *   look     whether 0, 1 and 2 are closed, and whether what the program opens next has the lowest number
 *   fork     children that look whether they have inherited a descriptor, without an exec that would close it
 *
 * Prints what they found, which is nothing. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dregs/dregs.h"
#include "tests/hostile/keep_blocks.h"

static atomic_int stop, landed, taken, other_numbers, inherited, failed_forks;

static void* keep_writing(void* unused) {
    (void)unused;
    while (!stop) landed += (write(1, "a line of the log\n", 18) == 18) + (write(2, "an error\n", 9) == 9);
    return NULL;
}

/* Nobody else in the program opens or closes anything. */
static void* keep_looking(void* unused) {
    (void)unused;
    while (!stop) {
        for (int descriptor = 0; descriptor < 3; descriptor++) taken += fcntl(descriptor, F_GETFD) >= 0;
        const int lowest = open("/dev/null", O_PATH | O_CLOEXEC);
        other_numbers += lowest != 0;
        close(lowest);
    }
    return NULL;
}

static int has_more_than(int descriptors) {
    int count = 0;
    for (int descriptor = 0; descriptor < 64; descriptor++) count += fcntl(descriptor, F_GETFD) >= 0;
    return count > descriptors;
}

static void* keep_forking(void* open_ones) {
    while (!stop) {
        const pid_t child = fork();
        if (child == 0) _exit(has_more_than(*(int*)open_ones));
        int status = -1;
        waitpid(child, &status, 0);
        inherited += status == 1 << 8;
        failed_forks += status != 0 && status != 1 << 8;
    }
    return NULL;
}

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const int rounds = atoi(argv[2]), out = fcntl(1, F_DUPFD_CLOEXEC, 10);
    void* (*const jobs[])(void*) = {keep_writing, keep_looking, keep_forking};
    const char names[] = "wlf";
    void* (*job)(void*) = jobs[strchr(names, argv[1][0]) - names];
    pthread_t threads[2];
    int open_ones = 0;
    for (int descriptor = 0; descriptor < 3; descriptor++) close(descriptor);
    for (int descriptor = 0; descriptor < 64; descriptor++) open_ones += fcntl(descriptor, F_GETFD) >= 0;
    const int count = job == keep_looking ? 1 : 2;
    for (int i = 0; i < count; i++) pthread_create(&threads[i], NULL, job, &open_ones);
    for (int i = 0; i < rounds; i++) {
        keep_blocks(100);
        if (i % 100 == 99) dregs_snapshot("shared");
    }
    stop = 1;
    for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
    char text[128];
    const int length = snprintf(text, sizeof text, "landed %d taken %d other %d inherited %d failed %d\n", landed,
                                taken, other_numbers, inherited, failed_forks);
    return write(out, text, (size_t)length) != length;
}
