/* What a program sees of itself that a tracer might have changed: open descriptors, signal masks and handlers, threads.
 *
 * The fault suite's programs print it before they end, so that a run bare and a run traced can be compared. Allocates
 * nothing, touches neither stdio nor errno. C and C++. */
#ifndef DREGS_TESTS_HOSTILE_HOST_STATE_H
#define DREGS_TESTS_HOSTILE_HOST_STATE_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Descriptor 3 and up may be the test's own parent's: they are the same in both runs. */
static inline int describe_descriptors(char* text, int room) {
    int used = snprintf(text, (size_t)room, "descriptors:");
    for (int fd = 0; fd < 256; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) used += snprintf(text + used, (size_t)(room - used), " %d", fd);
    }
    return used + snprintf(text + used, (size_t)(room - used), "\n");
}

static inline int describe_status(char* text, int room) {
    static const char* const wanted[] = {"\nThreads:", "\nSigBlk:", "\nSigIgn:", "\nSigCgt:"};
    char status[8192];
    int used = 0;
    const int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    const ssize_t bytes = file < 0 ? 0 : read(file, status, sizeof status - 1);
    if (file >= 0) close(file);
    status[bytes > 0 ? bytes : 0] = 0;
    for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const char* line = strstr(status, wanted[i]);
        if (line)
            used += snprintf(text + used, (size_t)(room - used), "%.*s\n", (int)strcspn(line + 1, "\n"), line + 1);
    }
    return used;
}

static inline void print_host_state(void) {
    const int before = errno;
    char text[4096];
    int used = describe_descriptors(text, (int)sizeof text);
    used += describe_status(text + used, (int)sizeof text - used);
    for (int done = 0; done < used;) {
        const ssize_t written = write(1, text + done, (size_t)(used - done));
        if (written <= 0) break;
        done += (int)written;
    }
    errno = before;
}

#endif
