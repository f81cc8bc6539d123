/* Forks after the world has changed: `late_forks HOW PATH CHILDREN`. Each child keeps 7 blocks of 1337 bytes, forks a
 * child of its own that does, too, and both end. HOW: `moved`: PATH, the traces' folder, has another name by then;
 * `user`: the program has become another user; `unlinked`: PATH, the program itself, is no more. */
#define _GNU_SOURCE
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

enum { kNobody = 65534 };

static int change_world(const char* how, const char* path) {
    char moved[4096];
    if (!strcmp(how, "user")) return setgroups(0, NULL) || setgid(kNobody) || setuid(kNobody);
    if (!strcmp(how, "unlinked")) return unlink(path);
    snprintf(moved, sizeof moved, "%s.moved", path);
    return rename(path, moved);
}

/* What becomes of a child that keeps blocks and, `generations` deep, has one itself. */
static int end_of_child(int generations) {
    int status = -1;
    const pid_t child = fork();
    if (child == 0) {
        keep_blocks(7);
        if (generations > 1) status = end_of_child(generations - 1);
        print_host_state();
        _exit(generations > 1 && status != 0 ? 1 : 0);
    }
    waitpid(child, &status, 0);
    return status;
}

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    keep_blocks(10);
    if (change_world(argv[1], argv[2]) != 0) return 3;
    for (int i = atoi(argv[3]); i > 0; i--) {
        if (end_of_child(2) != 0) return 4;
    }
    keep_blocks(20);
    return 0;
}
