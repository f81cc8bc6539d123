/* An allocator that is chosen when it is looked up, by a resolver that opens a library to choose. To be preloaded
 * behind another malloc, so that the loader itself never looks it up while it relocates. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

void* __libc_malloc(size_t bytes);

int chosen_by_opening;

static void* (*choose(void))(size_t) {
    chosen_by_opening += dlopen("libm.so.6", RTLD_LAZY) != NULL;
    return __libc_malloc;
}

void* malloc(size_t bytes) __attribute__((ifunc("choose")));
