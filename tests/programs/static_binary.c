/* Linked statically: no preloaded library reaches it. It must run as ever, and `dregs run` must say why there is no
 * trace. */
#include <stdlib.h>
#include <unistd.h>

int main(void) {
    void* volatile block = malloc(1337);
    return block && write(1, "static\n", 7) == 7 ? 6 : 1;
}
