/* A program that minds its descriptors: closes all it does not know, as daemons do, and then counts on the numbers.
 * Leaves 7 blocks of 1337 bytes, some allocated before the descriptors were closed and some after. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void* volatile sink;

static void leave(int blocks) {
    for (int i = 0; i < blocks; i++) sink = malloc(1337);
}

int main(void) {
    leave(3);
    closefrom(3);
    int first = open("/dev/null", O_RDONLY);
    int second = open("/dev/null", O_RDONLY);
    leave(2);
    close(0);
    int lowest = open("/dev/null", O_RDONLY);
    leave(2);
    char text[64];
    int length = snprintf(text, sizeof text, "descriptors %d %d %d\n", first, second, lowest);
    return write(1, text, (size_t)length) == length ? 0 : 1;
}
