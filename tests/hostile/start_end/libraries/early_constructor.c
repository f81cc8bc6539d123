/* Preloaded in front of the shim: its constructor allocates before the shim's own constructor has run. */
#include "tests/hostile/keep_blocks.h"

__attribute__((constructor(101))) static void construct(void) {
    keep_blocks(1);
    use_blocks(10);
}
