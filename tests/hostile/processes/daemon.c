/* A daemon by the book: forks twice, closes every descriptor, 0 to 2 included, and then opens its data file, which
 * becomes descriptor 0, twice more for 1 and 2. `daemon DATA PIDFILE`: writes 200 lines there, keeping 200 blocks of
 * 1337 bytes for each, so that its trace must grow meanwhile; then its own state; renames PIDFILE.new to PIDFILE when
 * it is done. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

static void leave_parent(void) {
    const pid_t child = fork();
    if (child < 0) _exit(90);
    if (child > 0) {
        waitpid(child, NULL, 0);
        _exit(7);
    }
}

static void become_daemon(void) {
    leave_parent();
    setsid();
    if (fork() != 0) _exit(0);
    closefrom(3);
    for (int i = 0; i < 3; i++) close(i);
}

static void serve(const char* data) {
    for (int i = 0; i < 3; i++) {
        if (open(data, O_RDWR | O_CREAT | O_APPEND, 0600) != i) _exit(91);
    }
    for (int i = 0; i < 200; i++) {
        keep_blocks(200);
        if (dprintf(i % 3, "line %d\n", i) < 0) _exit(92);
    }
    print_host_state();
}

static void say_done(const char* file) {
    char name[4096], text[16];
    const int length = snprintf(text, sizeof text, "%d\n", (int)getpid());
    snprintf(name, sizeof name, "%s.new", file);
    const int out = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (write(out, text, (size_t)length) == length) rename(name, file);
}

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    keep_blocks(5);
    become_daemon();
    serve(argv[1]);
    say_done(argv[2]);
    _exit(0);
}
