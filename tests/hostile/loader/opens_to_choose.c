/* Its first allocation is here, behind a preloaded malloc that opens a library when it is looked up. */
#include <stdio.h>

#include "tests/hostile/keep_blocks.h"

extern int chosen_by_opening __attribute__((weak));

int main(int argc, char** argv) {
    (void)argv;
    keep_blocks(7);
    if (argc > 1) printf("chosen by opening: %s\n", &chosen_by_opening && chosen_by_opening > 0 ? "yes" : "no");
    return 0;
}
