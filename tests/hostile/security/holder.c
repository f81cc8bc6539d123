/* Does what it is told, a line on standard input for each order, and answers each with a line:
 *
 *   hold N          keep N blocks of 24 bytes, at a site of that name
 *   snapshot LABEL  dregs_snapshot
 *   user ID         become this user for good
 *
 * So a test can do things to the trace between two of them. Says at the end what it sees of itself. */
#include <dregs/dregs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/hostile/host_state.h"

static void* volatile last_held;

__attribute__((noinline)) static void hold(long count) {
    for (long i = 0; i < count; i++) {
        char* block = malloc(24);
        if (!block) abort();
        memset(block, 'h', 24);
        last_held = block;
    }
}

/* Allocates nothing. */
static void answer(const char* order, const char* argument) {
    char text[256];
    const int length = snprintf(text, sizeof text, "done: %s %s\n", order, argument);
    if (write(1, text, (size_t)length) != length) abort();
}

static void obey(const char* order, const char* argument) {
    if (!strcmp(order, "hold")) hold(atol(argument));
    if (!strcmp(order, "snapshot")) dregs_snapshot(argument);
    if (!strcmp(order, "user") && setuid((uid_t)atol(argument)) != 0) perror("setuid");
}

int main(void) {
    char line[256], order[32], argument[128];
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "%31s %127s", order, argument) != 2) continue;
        obey(order, argument);
        answer(order, argument);
    }
    print_host_state();
    return 7;
}
