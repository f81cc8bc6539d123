/* Gives everything that can have a name one with a marker in it, that a test replaces by whatever a terminal obeys:
 *
 *   names LIBRARY
 *
 * functions, source files, kinds, labels, pools, threads. Keeps 5 blocks, one of them from the library. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <dregs/dregs.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/hostile/keep_blocks.h"

#line 1 "MARKER_MARKER.c"
__attribute__((noinline)) static void site_MARKER_MARKER(void) {
    last_kept = malloc(1337);
    __asm__ volatile("");
}

static void* run_thread(void* library) {
    void (*keep_in_library)(void);
    void* const symbol = dlsym(library, "keep_in_library");
    memcpy(&keep_in_library, &symbol, sizeof symbol);
    pthread_setname_np(pthread_self(), "MARKER_MARKER");
    const dregs_scope scope = dregs_scope_enter_labeled("kind MARKER_MARKER", "label MARKER_MARKER");
    site_MARKER_MARKER();
    keep_in_library();
    dregs_scope_leave(scope);
    const dregs_pool pool = dregs_pool_create("pool MARKER_MARKER", 0);
    static char arena[64];
    dregs_pool_alloc(pool, arena, sizeof arena);
    dregs_scope_open("never closed MARKER_MARKER", 0);
    dregs_scope_enter("never left MARKER_MARKER");
    site_MARKER_MARKER();
    return NULL;
}

int main(int argc, char** argv) {
    void* library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
    if (!library) return 1;
    pthread_t thread;
    pthread_create(&thread, NULL, run_thread, library);
    pthread_join(thread, NULL);
    dregs_snapshot("snapshot MARKER_MARKER");
    site_MARKER_MARKER();
    puts("done");
    return 0;
}
