/* Allocates, so that its addresses are in stacks of the trace. */
#include <stdlib.h>

__attribute__((visibility("default"))) void* plugin_keep(void) {
    void* volatile block = malloc(733);
    return block;
}
