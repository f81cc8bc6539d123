/* Packet scopes without end: as many as the argument says, one block of 1337 bytes surviving in each millionth. */
#include <dregs/dregs.h>
#include <stdio.h>
#include <stdlib.h>

static void* volatile sink;

int main(int argc, char** argv) {
    long packets = argc > 1 ? atol(argv[1]) : 10000000;
    for (long i = 0; i < packets; i++) {
        dregs_scope packet = dregs_scope_enter("packet");
        void* data = malloc(100);
        sink = data;
        if (i % 1000000 == 0) sink = malloc(1337);
        free(data);
        dregs_scope_leave(packet);
    }
    printf("%ld packets\n", packets);
    return 0;
}
