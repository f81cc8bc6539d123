/* One process, many images: `exec_chain IMAGES` keeps as many blocks of 1337 bytes as images are left, itself included,
 * and becomes the next one. The last prints its state. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

int main(int argc, char** argv) {
    const int left = argc > 1 ? atoi(argv[1]) : 1;
    keep_blocks(left);
    if (left > 1) {
        char next[16];
        snprintf(next, sizeof next, "%d", left - 1);
        execl("/proc/self/exe", argv[0], next, (char*)NULL);
        return 9;
    }
    print_host_state();
    return 0;
}
