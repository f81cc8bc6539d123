/* The first plugin of plugin_host: the same shape as the other, so that the loader can put it at the same address. */
#include <stdlib.h>

static void* volatile sink;

static __attribute__((noinline)) void leak_from_first(void) {
    sink = malloc(1337);
    (void)sink;
}

void plugin_entry(void);
void plugin_entry(void) {
    leak_from_first();
    (void)sink;
}
