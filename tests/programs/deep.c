/* Recurses as deep as its argument says and leaves one block of 1337 bytes at the bottom. */
#include <stdio.h>
#include <stdlib.h>

static void* volatile sink;

static __attribute__((noinline)) int descend(int levels) {
    if (levels == 0) {
        sink = malloc(1337);
        return 1;
    }
    return descend(levels - 1) + (sink != 0);
}

int main(int argc, char** argv) {
    int levels = argc > 1 ? atoi(argv[1]) : 256;
    return descend(levels) > 0 ? 0 : 1;
}
