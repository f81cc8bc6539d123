/* Keeps five blocks, so that its own file is asked for the names of their stack. */
#include "tests/hostile/keep_blocks.h"

int main(void) {
    keep_blocks(5);
    return 0;
}
