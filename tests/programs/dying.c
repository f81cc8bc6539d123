/* Ends in the way its argument says, with exactly 7 blocks of 1337 bytes live. The trace must hold them every time. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void* volatile blocks[10];

static void leave_seven(void) {
    for (int i = 0; i < 10; i++) blocks[i] = malloc(1337);
    for (int i = 0; i < 3; i++) free(blocks[i]);
}

/* The child gives back 2 inherited blocks and leaves 4 of 733 bytes; the parent keeps its seven. */
static int fork_and_wait(void) {
    pid_t child = fork();
    if (child == 0) {
        free(blocks[3]);
        free(blocks[4]);
        for (int i = 0; i < 4; i++) blocks[i] = malloc(733);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static void read_a_line(void) {
    char line[64];
    if (read(0, line, sizeof line) < 0) _exit(98);
}

int main(int argc, char** argv) {
    const char* how = argc > 1 ? argv[1] : "return";
    leave_seven();
    if (write(1, "ready\n", 6) != 6) return 97; /* not stdio: its buffer would be a live block too */
    if (!strcmp(how, "sigkill")) raise(SIGKILL);
    if (!strcmp(how, "sigsegv")) raise(SIGSEGV);
    if (!strcmp(how, "abort")) abort();
    if (!strcmp(how, "_exit")) _exit(3);
    if (!strcmp(how, "exit")) exit(4);
    if (!strcmp(how, "quick_exit")) quick_exit(5);
    if (!strcmp(how, "exec")) execl("/proc/self/exe", "dying", "exit", (char*)0);
    if (!strcmp(how, "fork")) return fork_and_wait();
    if (!strcmp(how, "wait")) read_a_line();
    return 0;
}
