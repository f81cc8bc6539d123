/* Blocks that two allocators' names meet at: functions by dlsym, the C library's own names, reallocs that fail. Prints
 * what the C library did not keep of its promises: nothing. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern void* __libc_malloc(size_t);
extern void __libc_free(void*);

typedef void* (*malloc_function)(size_t);
typedef void (*free_function)(void*);

static void* volatile sink;
static volatile size_t too_much = SIZE_MAX / 2 + 2; /* PTRDIFF_MAX + 2 */

static void check(const char* what, int good) {
    if (!good) printf("wrong: %s\n", what);
}

static malloc_function malloc_of(void* handle) {
    union {
        void* symbol;
        malloc_function call;
    } found;
    found.symbol = dlsym(handle, "malloc");
    return found.call;
}

static free_function free_of(void* handle) {
    union {
        void* symbol;
        free_function call;
    } found;
    found.symbol = dlsym(handle, "free");
    return found.call;
}

__attribute__((noinline)) static void by_default(void) {
    for (int i = 0; i < 3; i++) sink = malloc_of(RTLD_DEFAULT)(1337);
    free_of(RTLD_DEFAULT)(malloc(733));
}

__attribute__((noinline)) static void by_next(void) {
    for (int i = 0; i < 4; i++) sink = malloc_of(RTLD_NEXT)(1337);
    free_of(RTLD_NEXT)(malloc(733));
}

/* Blocks that are not in the trace: six, one of which a realloc brings in. */
__attribute__((noinline)) static void by_handle(void* libc) {
    for (int i = 0; i < 4; i++) free(malloc_of(libc)(1337));
    free(__libc_malloc(1337));
    sink = realloc(malloc_of(libc)(10), 1337);
    for (int i = 0; i < 5; i++) free_of(libc)(malloc_of(libc)(733));
    __libc_free(__libc_malloc(733));
}

/* Freed behind the trace's back, so still in it; found out when the address comes again. */
__attribute__((noinline)) static void freed_elsewhere(void* libc) {
    void* const block = malloc(600);
    const uintptr_t address = (uintptr_t)block;
    free_of(libc)(block);
    void* const again = malloc(600);
    check("the address comes again", (uintptr_t)again == address);
    free(again);
}

__attribute__((noinline)) static void fail_to_grow(void) {
    char* volatile block = malloc(1337);
    memset(block, 'x', malloc_usable_size(block));
    errno = 0;
    check("realloc of PTRDIFF_MAX + 2", !realloc(block, too_much) && errno == ENOMEM);
    errno = 0;
    check("realloc of SIZE_MAX", !realloc(block, too_much * 2 - 3) && errno == ENOMEM);
    errno = 0;
    check("reallocarray overflow", !reallocarray(block, too_much, 3) && errno == ENOMEM);
    check("a failed realloc leaves the block", block[0] == 'x' && block[1336] == 'x');
}

__attribute__((noinline)) static void make_of_nothing(void) {
    void* volatile block = malloc(10);
    sink = realloc(NULL, 0);
    check("realloc(NULL, 0) is a block", sink != NULL);
    check("realloc(p, 0) is none", !realloc(block, 0));
    block = malloc(10);
    check("reallocarray(p, 0, n) is none", !reallocarray(block, 0, 7));
    check("calloc overflow", !calloc(too_much, 2));
    check("malloc of too much", !malloc(too_much) && !malloc(too_much * 2 - 3));
}

static void* as_set;

/* Powers of two or not: what may be refused is refused, the rest is aligned, and the address asked for is kept. */
__attribute__((noinline)) static void align_oddly(void) {
    static const size_t alignments[] = {0, 1, 3, 7, 8, 48, 64, 4096, 1 << 20, SIZE_MAX, SIZE_MAX / 2 + 1};
    for (size_t i = 0; i < sizeof alignments / sizeof *alignments; i++) {
        const size_t alignment = alignments[i];
        void* out = &as_set;
        errno = 4711;
        const int error = posix_memalign(&out, alignment, 100);
        check("posix_memalign leaves errno or says ENOMEM", errno == 4711 || error == ENOMEM);
        check("posix_memalign leaves the address", !error || out == &as_set);
        if (!error) free(out);
        void* volatile aligned = memalign(alignment, 100);
        check("memalign aligns", alignment > 1 << 20 || !aligned || (alignment & (alignment - 1)) || alignment == 0 ||
                                     (uintptr_t)aligned % alignment == 0);
        printf("%zu: %d %d\n", alignment, error, aligned != NULL);
        free(aligned);
        aligned = aligned_alloc(alignment, 101);
        printf("%zu: %d\n", alignment, aligned != NULL);
        free(aligned);
    }
}

int main(void) {
    void* const libc = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
    by_default();
    by_next();
    by_handle(libc);
    freed_elsewhere(libc);
    fail_to_grow();
    make_of_nothing();
    align_oddly();
    puts("done");
    return 0;
}
