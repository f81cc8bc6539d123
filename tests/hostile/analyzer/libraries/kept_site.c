/* The same as one_site.c in a library. */
#include "tests/hostile/keep_blocks.h"

void keep_here(void);
void keep_here(void) { keep_blocks(5); }
