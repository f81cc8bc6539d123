/* An allocator that is chosen when it is looked up, by a resolver that opens a library to choose: once the program has
 * begun, for before that the loader cannot. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

void* __libc_malloc(size_t bytes);

static int has_begun;
int chosen_by_opening;

__attribute__((constructor)) static void begin(void) { has_begun = 1; }

static void* (*choose(void))(size_t) {
    if (has_begun) chosen_by_opening += dlopen("libm.so.6", RTLD_LAZY) != NULL;
    return __libc_malloc;
}

void* malloc(size_t bytes) __attribute__((ifunc("choose")));
