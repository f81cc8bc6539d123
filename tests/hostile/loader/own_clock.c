/* Allocates before and after it asks for the time, once, of whoever gives it. */
#include <stdio.h>
#include <time.h>

#include "tests/hostile/keep_blocks.h"

int main(void) {
    struct timespec now;
    keep_blocks(100);
    clock_gettime(CLOCK_MONOTONIC, &now);
    keep_blocks(100);
    printf("%d\n", now.tv_sec > 1000000);
}
