// While it runs, somebody puts something else where its trace is: the first word says what, see `put_in_the_way`.
//
//     swapped WHAT PRECIOUS    PRECIOUS is what the one in the way wants to be written over
//
// Then it allocates so much that the trace must grow, asks for a snapshot, and allocates again.
#include <dregs/dregs.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

namespace {

// The path of our trace, as the system knows it. Empty when there is none. Allocates nothing.
void find_trace(char (&path)[4096]) {
    static char maps[1 << 20];
    path[0] = 0;
    const int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    std::size_t bytes = 0;
    for (ssize_t got = 0; (got = read(file, maps + bytes, sizeof maps - 1 - bytes)) > 0;)
        bytes += static_cast<std::size_t>(got);
    close(file);
    maps[bytes] = 0;
    const char* end = strstr(maps, ".dregs\n");
    if (!end) return;
    const char* begin = end;
    while (*begin != ' ') --begin;
    snprintf(path, sizeof path, "%.*s.dregs", static_cast<int>(end - begin - 1), begin + 1);
}

void put_in_the_way(const char* what, const char* trace, const char* precious) {
    char aside[4200], beside[4200];
    snprintf(aside, sizeof aside, "%s.moved", trace);
    snprintf(beside, sizeof beside, "%.*s.kept.dregs", static_cast<int>(strlen(trace) - 6), trace);
    if (!strcmp(what, "nothing")) return;
    if (!strcmp(what, "snapshot-link")) return (void)symlink(precious, beside);
    rename(trace, aside);
    if (!strcmp(what, "link")) return (void)symlink(precious, trace);
    if (!strcmp(what, "hard-link")) return (void)link(precious, trace);
    if (!strcmp(what, "fifo")) return (void)mkfifo(trace, 0600);
    if (!strcmp(what, "directory")) return (void)mkdir(trace, 0700);
    if (!strcmp(what, "link-to-itself")) return (void)symlink(aside, trace);
}

}  // namespace

int main(int, char** argv) {
    keep_blocks(100);
    char trace[4096];
    find_trace(trace);
    if (trace[0]) put_in_the_way(argv[1], trace, argv[2]);
    for (int i = 0; i < 2000; ++i) last_kept = malloc(70'000);
    dregs_snapshot("kept");
    keep_blocks(100);
    print_host_state();
    return 0;
}
