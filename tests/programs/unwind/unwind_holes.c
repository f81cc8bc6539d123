/* Allocates from a program whose segments lie far apart: the dynamic loader knows such a program in pieces only. */
#include <stdlib.h>

__attribute__((noinline)) static void* allocate(int depth) {
    volatile char frame[40];
    frame[depth % 40] = 1;
    void* block = depth > 0 ? allocate(depth - 1) : malloc(1337);
    return frame[depth % 40] ? block : NULL;
}

int main(void) {
    for (int i = 0; i < 100; ++i) free(allocate(i));
    return 0;
}
