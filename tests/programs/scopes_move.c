/* What becomes of a survivor: handed over on purpose, freed late, reallocated late, or left.
 *
 * Forty requests; the blocks of the first ten are moved to the cache's scope, those of the next ten are freed after
 * their scope closed, the next ten grow from 733 to 1337 bytes outside (a block that grows stays what it was, a
 * survivor), the last ten stay as they are, 1337 bytes each. */
#include <dregs/dregs.h>
#include <stdio.h>
#include <stdlib.h>

enum { kGroup = 10 };
static void* volatile blocks[4 * kGroup];

static void serve(int number, dregs_scope cache) {
    dregs_scope request = dregs_scope_enter("request");
    blocks[number] = malloc(number / kGroup == 3 ? 1337 : 733);
    if (number < kGroup) dregs_block_move(blocks[number], cache);
    dregs_scope_leave(request);
}

int main(void) {
    dregs_scope cache = dregs_scope_open("cache", 0);
    for (int i = 0; i < 4 * kGroup; i++) serve(i, cache);
    for (int i = kGroup; i < 2 * kGroup; i++) free(blocks[i]);
    for (int i = 2 * kGroup; i < 3 * kGroup; i++) blocks[i] = realloc(blocks[i], 1337);
    puts("cache holds 10 x 733; request has 20 survivors of 1337 bytes");
    return 0;
}
