/* A C program that loads one plugin, calls it, and says which unwinders are mapped:
 *
 *     one_plugin PLUGIN [local|deepbind|namespace] */
#define _GNU_SOURCE
#include <string.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/loader/plugin.h"

static void* load(const char* path, const char* how) {
    if (!strcmp(how, "namespace")) return dlmopen(LM_ID_NEWLM, path, RTLD_NOW);
    return load_plugin(path, !strcmp(how, "deepbind") ? RTLD_LOCAL | RTLD_DEEPBIND : RTLD_LOCAL);
}

/* The plugin's own blocks, and blocks that cross between it and the program, where it offers that. */
static void exchange_blocks(void* handle) {
    union {
        void* object;
        void* (*give)(void);
        void (*take)(void*);
    } give = {dlsym(handle, "plugin_gives")}, take = {dlsym(handle, "plugin_takes")};
    if (!give.object || !take.object) return;
    for (int i = 0; i < 7; i++) free(give.give());
    for (int i = 0; i < 5; i++) take.take(malloc(4000 + (size_t)i * 16));
}

static void print_unwinders(void) {
    char line[4096];
    FILE* maps = fopen("/proc/self/maps", "r");
    int gcc = 0, other = 0;
    while (maps && fgets(line, sizeof line, maps)) {
        gcc |= strstr(line, "libgcc_s") != NULL;
        other |= strstr(line, "libunwind") != NULL;
    }
    if (maps) fclose(maps);
    printf("mapped:%s%s\n", gcc ? " libgcc_s" : "", other ? " libunwind" : "");
}

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    void* handle = load(argv[1], argc > 2 ? argv[2] : "local");
    if (!handle) return 3;
    call_plugin(handle);
    if (argc < 3 || strcmp(argv[2], "namespace")) exchange_blocks(handle);
    print_unwinders();
    fflush(stdout);
    print_host_state();
    return 0;
}
