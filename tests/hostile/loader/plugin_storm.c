/* Three threads load, call and unload plugins at addresses that others had, while two allocate and two walk the list of
 * loaded objects with a callback that allocates: the loader's locks and the allocator meet in every order.
 *
 *     plugin_storm ROUNDS PLUGIN...    each loader calls each plugin ROUNDS times; each call leaves one block
 *
 * A deadlock is ended by SIGALRM. */
#define _GNU_SOURCE
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"
#include "tests/hostile/loader/plugin.h"

enum { LOADERS = 3, HELPERS = 2, MOST_PLUGINS = 8 };

static int rounds, plugins;
static char** paths;
static _Atomic(void*) last_entry[MOST_PLUGINS];
static atomic_int reuses, loading = LOADERS;

/* Counts a plugin that stands where another one stood. */
static void note_address(int plugin, void* entry) {
    for (int other = 0; other < plugins; other++) {
        if (other != plugin && last_entry[other] == entry) reuses++;
    }
    last_entry[plugin] = entry;
}

static void* load_and_unload(void* argument) {
    const int first = *(int*)argument;
    for (int i = 0; i < rounds * plugins; i++) {
        const int plugin = (first + i) % plugins;
        void* handle = load_plugin(paths[plugin], RTLD_LOCAL);
        note_address(plugin, call_plugin(handle));
        dlclose(handle);
    }
    loading--;
    return NULL;
}

static void* allocate(void* unused) {
    while (loading) use_blocks(100);
    return unused;
}

static int allocate_in_callback(struct dl_phdr_info* info, size_t size, void* unused) {
    (void)size, (void)unused;
    void* copy = strdup(info->dlpi_name);
    use_blocks(1);
    free(copy);
    return 0;
}

static void* walk_objects(void* unused) {
    while (loading) dl_iterate_phdr(allocate_in_callback, NULL);
    return unused;
}

int main(int argc, char** argv) {
    static int numbers[LOADERS];
    pthread_t threads[LOADERS + 2 * HELPERS];
    int started = 0;
    if (argc < 4) return 2;
    rounds = atoi(argv[1]), plugins = argc - 2, paths = argv + 2;
    alarm(300);
    for (int i = 0; i < LOADERS; i++) {
        numbers[i] = i;
        pthread_create(&threads[started++], NULL, load_and_unload, &numbers[i]);
    }
    for (int i = 0; i < HELPERS; i++) {
        pthread_create(&threads[started++], NULL, allocate, NULL);
        pthread_create(&threads[started++], NULL, walk_objects, NULL);
    }
    while (started > 0) pthread_join(threads[--started], NULL);
    keep_blocks(5);
    puts(reuses ? "addresses were used again" : "no address was used again");
    print_host_state();
    return 0;
}
