/* Loads plugin_a.so by its name alone: found only where the loader knows who asks, by this library's own run path. */
#define _GNU_SOURCE
#include "tests/hostile/loader/plugin.h"

void plugin_entry(void);
void plugin_entry(void) {
    for (int i = 0; i < 3; i++) {
        void* handle = load_plugin("plugin_a.so", i == 2 ? RTLD_LOCAL | RTLD_DEEPBIND : RTLD_LOCAL);
        call_plugin(handle);
        dlclose(handle);
    }
}
