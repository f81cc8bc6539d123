/* An IFUNC resolver that allocates. It must not be called from this library: the loader would run it before the
 * library's own look-up of malloc is done. */
#include "tests/hostile/start_end/early_resolver.h"

#include <stdlib.h>
#include <string.h>

static char* block_of_resolver;

static int answer(void) { return block_of_resolver && !strcmp(block_of_resolver, "resolver") ? 42 : 0; }

static int (*resolve(void))(void) {
    char* given_back = malloc(733);
    char* grown = calloc(1, 16);
    memset(given_back, 'x', 733);
    free(given_back);
    block_of_resolver = realloc(grown, 1337);
    memcpy(block_of_resolver, "resolver", sizeof "resolver");
    return answer;
}

int early_answer(void) __attribute__((ifunc("resolve")));

void give_back_early_block(void) {
    block_of_resolver = realloc(block_of_resolver, 5000);
    if (answer() == 42) free(block_of_resolver);
}
