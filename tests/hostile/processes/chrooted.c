/* Changes its root: `chrooted after DIR`: keeps 10 blocks of 1337 bytes before and 40000 after, so that the trace must
 * grow where its path means nothing any more. `chrooted before DIR`: the root is another before the first allocation,
 * then exec of /program in it, which is this one again: `program keep /`. `chrooted nobody DIR`: gives up its rights
 * instead. */
#define _GNU_SOURCE
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

enum { kNobody = 65534 };

static int change(const char* how, const char* directory) {
    if (!strcmp(how, "nobody")) return setgroups(0, NULL) || setgid(kNobody) || setuid(kNobody);
    return chroot(directory) || chdir("/");
}

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const int before = !strcmp(argv[1], "before");
    if (!before) keep_blocks(10);
    if (change(argv[1], argv[2]) != 0) return 3;
    if (before) execl("/program", "program", "keep", "/", (char*)NULL);
    keep_blocks(40000);
    return write(1, "kept\n", 5) == 5 ? 0 : 4;
}
