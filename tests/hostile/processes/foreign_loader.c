/* Linked to ask for a loader of musl's name (build.cmake): `foreign_loader STATUS` keeps 10 blocks and ends so. Says
 * what is preloaded. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/hostile/keep_blocks.h"

int main(int argc, char** argv) {
    const char* preloaded = getenv("LD_PRELOAD");
    keep_blocks(10);
    printf("preloaded: %s\n", preloaded ? preloaded : "nothing");
    return argc > 1 ? atoi(argv[1]) : 0;
}
