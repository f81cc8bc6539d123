/* Comes to a limit on its live bytes: `limits MODE`.
 *
 *   grow      allocates 100 blocks of 1000 bytes and keeps them; says where allocations began to fail, frees half of
 * what it has, and says how many more it gets packets   10 scopes "packet" with 20 blocks of 100 bytes that are freed;
 * in the 5th scope they are 40; a scope "page" with 50 blocks of 1000 bytes every     fills up to 90,000 bytes, then
 * says of each function of the malloc family what it returns for 20,000 more exhaust   asks for blocks of 1 MiB until
 * there are none, under whatever limit the system sets fork      keeps 60 blocks of 1000 bytes; a child keeps 60 of its
 * own nonsense  alignments that cannot be malloc and other functions  asks that one for too much */
#define _GNU_SOURCE
#include <dregs/dregs.h>
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kBlocks = 100, kBytes = 1000 };
static void* volatile kept[kBlocks];

/* Returns how many there were. */
static int keep(int count, size_t bytes) {
    for (int i = 0; i < count; i++) {
        errno = 0;
        if (!(kept[i] = malloc(bytes))) return i;
    }
    return count;
}

static int release(int count) {
    for (int i = 0; i < count; i++) free(kept[i]);
    return count;
}

static void grow(void) {
    const int got = keep(kBlocks, kBytes);
    printf("%d blocks, %s\n", got, got == kBlocks ? "no error" : strerror(errno));
    release(got / 2);
    printf("%d more\n", keep(got / 2, kBytes));
}

static void packets(void) {
    for (int i = 0; i < 10; i++) {
        const dregs_scope scope = dregs_scope_enter("packet");
        release(keep(i == 4 ? 40 : 20, 100));
        dregs_scope_leave(scope);
    }
    const dregs_scope scope = dregs_scope_enter("page");
    release(keep(50, kBytes));
    dregs_scope_leave(scope);
    puts("done");
}

static void say(const char* function, const void* block, int error) {
    printf("%s: %s %s\n", function, block ? "a block" : "none", error ? strerror(error) : "");
}
#define SAY(function, call)            \
    do {                               \
        errno = 0;                     \
        void* volatile block = (call); \
        say(function, block, errno);   \
    } while (0)

static void every(void) {
    const size_t more = 20000;
    const volatile size_t too_many = (size_t)-1;
    void* volatile small = malloc(10);
    void* aligned = NULL;
    keep(90, kBytes);
    SAY("malloc", malloc(more));
    SAY("calloc", calloc(more / 8, 8));
    SAY("calloc of too many", calloc(too_many, 8));
    SAY("realloc", realloc(small, more));
    SAY("realloc of nothing", realloc(NULL, more));
    SAY("reallocarray", reallocarray(small, more / 8, 8));
    SAY("memalign", memalign(64, more));
    SAY("aligned_alloc", aligned_alloc(64, more));
    SAY("valloc", valloc(more));
    SAY("pvalloc", pvalloc(more));
    errno = 0;
    const int error = posix_memalign(&aligned, 64, more);
    printf("posix_memalign: %s %s, errno %d\n", aligned ? "a block" : "none", strerror(error), errno);
    SAY("malloc of little", malloc(100));
    SAY("realloc to less", realloc(kept[0], 10));
}

static void exhaust(void) {
    int count = 0;
    while (malloc(1 << 20)) count++;
    printf("%s\n", count > 0 ? strerror(errno) : "none");
}

/* What no allocator can give, however much it has. errno tells of another error than ENOMEM. */
static void ask_for_nonsense(void) {
    const volatile size_t odd = 3, most = (size_t)1 << 63;
    void* aligned = NULL;
    printf("posix_memalign: %s\n", strerror(posix_memalign(&aligned, odd, 100)));
    SAY("memalign", memalign(most + 1, 100));
    SAY("aligned_alloc", aligned_alloc(most + 1, 100));
}

static void ask_for_too_much(const char* function) {
    const volatile size_t most = (size_t)-1 / 2;
    if (!strcmp(function, "malloc")) SAY(function, malloc(most));
    if (!strcmp(function, "calloc")) SAY(function, calloc(most, 4));
    if (!strcmp(function, "realloc")) SAY(function, realloc(NULL, most));
    if (!strcmp(function, "reallocarray")) SAY(function, reallocarray(NULL, most, 4));
    if (!strcmp(function, "aligned_alloc")) SAY(function, aligned_alloc(64, most));
}

static void fork_child(void) {
    keep(60, kBytes);
    const pid_t child = fork();
    if (child == 0) {
        keep(60, kBytes);
        _exit(0);
    }
    int status = 1;
    waitpid(child, &status, 0);
    printf("child ended with %d\n", status);
}

int main(int argc, char** argv) {
    const char* mode = argc > 1 ? argv[1] : "";
    setvbuf(stdout, NULL, _IONBF, 0); /* no block of the C library's among ours */
    if (strcmp(mode, "grow") == 0) grow();
    if (strcmp(mode, "packets") == 0) packets();
    if (strcmp(mode, "every") == 0) every();
    if (strcmp(mode, "exhaust") == 0) exhaust();
    if (strcmp(mode, "nonsense") == 0) ask_for_nonsense();
    if (strcmp(mode, "fork") == 0) fork_child();
    ask_for_too_much(mode);
    return 0;
}
