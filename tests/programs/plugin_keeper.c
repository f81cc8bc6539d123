/* Keeps a plugin loaded: `plugin_keeper PLUGIN` leaves the 3 blocks of the plugin and 2 of 4242 bytes of its own, says
 * "ready", and goes on until its standard input ends.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void* volatile sink;

static __attribute__((noinline)) void leak_from_keeper(void) {
    for (int i = 0; i < 2; i++) sink = malloc(4242);
}

int main(int argc, char** argv) {
    void* handle = argc < 2 ? NULL : dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!handle) return 2;
    union {
        void* object;
        void (*call)(void);
    } entry = {dlsym(handle, "plugin_entry")};
    for (int i = 0; i < 3; i++) entry.call();
    leak_from_keeper();
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF) continue;
    return 0;
}
