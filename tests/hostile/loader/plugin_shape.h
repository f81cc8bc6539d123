/* Plugins of one and the same machine code, so that the loader can put one where another was and every pc means
 * something else: KEEPS, called by plugin_entry, leaves one block of 1337 bytes. */
#ifndef DREGS_TESTS_HOSTILE_LOADER_PLUGIN_SHAPE_H
#define DREGS_TESTS_HOSTILE_LOADER_PLUGIN_SHAPE_H

#include <stdlib.h>

#define DEFINE_PLUGIN(keeps)                            \
    static void* volatile kept;                         \
    static __attribute__((noinline)) void keeps(void) { \
        kept = malloc(1337);                            \
        (void)kept;                                     \
    }                                                   \
    void plugin_entry(void);                            \
    void plugin_entry(void) {                           \
        keeps();                                        \
        (void)kept;                                     \
    }

#endif
