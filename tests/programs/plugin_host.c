/* Loads one plugin, lets it allocate, unloads it, and does the same with a second one, which the loader usually puts at
 * the very same address: `plugin_host FIRST SECOND`. Each leaves 3 blocks: of 1337 bytes the first, of 733 the second.
 */
#include <dlfcn.h>
#include <stdio.h>

static void* run_plugin(const char* path) {
    void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        fprintf(stderr, "%s\n", dlerror());
        return NULL;
    }
    union {
        void* object;
        void (*call)(void);
    } entry = {dlsym(handle, "plugin_entry")};
    for (int i = 0; i < 3; i++) entry.call();
    dlclose(handle);
    return entry.object;
}

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    void* first = run_plugin(argv[1]);
    void* second = run_plugin(argv[2]);
    if (!first || !second) return 1;
    puts(first == second ? "same address" : "other address");
    return 0;
}
