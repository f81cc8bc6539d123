/* Takes its own ELF header out of sight, as hardened programs do: `hidden_header HOW [MORE]`; HOW `protect`, `unmap` or
 * `wipe`. Allocates after that, and before only with MORE. Bound at start (build.cmake): the loader reads tables in the
 * header's page to bind a function later. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

enum { kPage = 4096 };
extern char __ehdr_start[];

static int hide_header(const char* how) {
    if (!strcmp(how, "protect")) return mprotect(__ehdr_start, kPage, PROT_NONE);
    if (!strcmp(how, "unmap")) return munmap(__ehdr_start, kPage);
    if (mprotect(__ehdr_start, kPage, PROT_READ | PROT_WRITE) != 0) return -1;
    memset(__ehdr_start, 0, kPage);
    return 0;
}

/* Exit handlers and destructors are found by tables in that page. */
int main(int argc, char** argv) {
    int status = -1;
    if (argc < 2) return 2;
    if (argc > 2) use_blocks(10);
    if (hide_header(argv[1]) != 0) _exit(3);
    keep_blocks(9);
    const pid_t child = fork();
    if (child == 0) {
        keep_blocks(4);
        _exit(0);
    }
    waitpid(child, &status, 0);
    print_host_state();
    _exit(status);
}
