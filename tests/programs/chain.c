/* A call chain whose frames differ in every way that matters to an unwinder, known by name: main > one > ... > six.
 * Compiled without frame pointers. The block of 1337 bytes at its end is left. */
#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void* volatile sink;
#define LINK __attribute__((noinline))

static LINK int six(int n) {
    sink = malloc(1337);
    return n + 1;
}
static LINK int five(int n) { /* large frame */
    volatile char room[20000];
    room[n & 15] = 1;
    return six(n) + room[n & 15];
}
static LINK int four(int n) { /* size known at run time only: rbp is the frame's base */
    char* room = alloca((size_t)(n & 255) + 64);
    memset(room, 1, 64);
    int result = five(n);
    return result + room[n & 15];
}
static LINK int three(int n) { /* stack realigned */
    _Alignas(64) volatile int room[16];
    room[n & 15] = n;
    return four(n) + room[n & 15];
}
static int compare(const void* a, const void* b) { /* through a library that calls back */
    static int once;
    if (!once++) sink = (void*)(long)three(*(const int*)a);
    return *(const int*)a - *(const int*)b;
}
static LINK int two(int n) {
    int pair[2] = {n, 1};
    qsort(pair, 2, sizeof pair[0], compare);
    return pair[0] + pair[1];
}
static LINK int one(int n) { return two(n) * 3; }

int main(int argc, char** argv) {
    (void)argv;
    return one(argc) == 6 ? 0 : 1;
}
