/* Changes its root: `chrooted after DIR`: keeps 10 blocks of 1337 bytes before and 40000 after, so that the trace must
 * grow where its path means nothing any more. `chrooted before DIR`: the root is another before the first allocation,
 * then exec of /program in it, which is this one again: `program keep /`. `chrooted nobody DIR`: gives up its rights
 * instead; `landlock DIR`: may not open files any more; `pivot DIR`: its root is another mount. Exit status 77: the
 * kernel has no such thing, or not for us. */
#define _GNU_SOURCE
#include <grp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

enum { kNobody = 65534, kCreateRuleset = 444, kRestrictSelf = 446 };

static int give_up_files(void) {
    const unsigned long long reading_and_writing = 2 | 4; /* LANDLOCK_ACCESS_FS_WRITE_FILE, _READ_FILE */
    const long rules = syscall(kCreateRuleset, &reading_and_writing, sizeof reading_and_writing, 0);
    if (rules < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) exit(77);
    const long result = syscall(kRestrictSelf, rules, 0);
    close((int)rules);
    return (int)result;
}

static int enter_mount(const char* directory) {
    if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL)) exit(77);
    if (mount(directory, directory, NULL, MS_BIND, NULL) || chdir(directory)) exit(77);
    return (int)syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/");
}

static int change(const char* how, const char* directory) {
    if (!strcmp(how, "nobody")) return setgroups(0, NULL) || setgid(kNobody) || setuid(kNobody);
    if (!strcmp(how, "landlock")) return give_up_files();
    if (!strcmp(how, "pivot")) return enter_mount(directory);
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
