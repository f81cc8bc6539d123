/* Loads a plugin, calls its plugin_entry, unloads it. */
#ifndef DREGS_TESTS_HOSTILE_LOADER_PLUGIN_H
#define DREGS_TESTS_HOSTILE_LOADER_PLUGIN_H

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static inline void* load_plugin(const char* path, int mode) {
    void* handle = dlopen(path, RTLD_NOW | mode);
    if (handle) return handle;
    fprintf(stderr, "%s\n", dlerror());
    exit(2);
}

static inline void* find_in_plugin(void* handle, const char* name) {
    void* found = dlsym(handle, name);
    if (found) return found;
    fprintf(stderr, "%s\n", dlerror());
    exit(2);
}

/* Where its plugin_entry stood: another plugin may stand there later. */
static inline void* call_plugin(void* handle) {
    union {
        void* object;
        void (*call)(void);
    } entry = {find_in_plugin(handle, "plugin_entry")};
    entry.call();
    return entry.object;
}

#endif
