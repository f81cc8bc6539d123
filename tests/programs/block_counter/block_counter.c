/* The independent count for tests: preloaded instead of the shim, it counts blocks handed out and given back in a
 * mapped file, COUNT_OUTPUT.PID (two 64-bit numbers), and knows nothing else. Shares no code with the shim on purpose.
 *
 * It counts a block by what malloc returned, so it must not be asked about memory that the C library took before it was
 * loaded. Its own bootstrap blocks (dlsym's calloc) are not counted. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct counts {
    _Atomic int64_t allocs;
    _Atomic int64_t frees;
};
static struct counts before_the_file;
static struct counts* counts = &before_the_file;

static char bootstrap[65536];
static size_t bootstrap_used;
static int resolving;

static void* (*real_malloc)(size_t);
static void (*real_free)(void*);
static void* (*real_calloc)(size_t, size_t);
static void* (*real_realloc)(void*, size_t);
static void* (*real_memalign)(size_t, size_t);
static int (*real_posix_memalign)(void**, size_t, size_t);
static void* (*real_aligned_alloc)(size_t, size_t);
static void* (*real_valloc)(size_t);
static void* (*real_pvalloc)(size_t);

static void find(void* slot, const char* name) {
    void* symbol = dlsym(RTLD_NEXT, name);
    memcpy(slot, &symbol, sizeof symbol);
}

static void resolve(void) {
    if (real_malloc || resolving) return;
    resolving = 1;
    find(&real_calloc, "calloc");
    find(&real_free, "free");
    find(&real_realloc, "realloc");
    find(&real_memalign, "memalign");
    find(&real_posix_memalign, "posix_memalign");
    find(&real_aligned_alloc, "aligned_alloc");
    find(&real_valloc, "valloc");
    find(&real_pvalloc, "pvalloc");
    find(&real_malloc, "malloc");
    resolving = 0;
}

static int from_bootstrap(const void* block) {
    return (const char*)block >= bootstrap && (const char*)block < bootstrap + sizeof bootstrap;
}

static void* bootstrap_alloc(size_t bytes) {
    void* block = bootstrap + bootstrap_used;
    bootstrap_used += (bytes + 15) & ~(size_t)15;
    return bootstrap_used <= sizeof bootstrap ? block : NULL;
}

static void* counted(void* block) {
    if (block) atomic_fetch_add_explicit(&counts->allocs, 1, memory_order_relaxed);
    return block;
}

static void count_free(const void* block) {
    if (block && !from_bootstrap(block)) atomic_fetch_add_explicit(&counts->frees, 1, memory_order_relaxed);
}

/* From here on this process counts in its own file; what it counted before (or its parent did) goes along in `before`.
 */
static void count_in_file(const struct counts* before) {
    const char* prefix = getenv("COUNT_OUTPUT");
    if (!prefix) return;
    char path[4096];
    snprintf(path, sizeof path, "%s.%d", prefix, (int)getpid());
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, sizeof *counts)) return;
    void* mapped = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped == MAP_FAILED) return;
    struct counts* own = mapped;
    own->allocs = before->allocs;
    own->frees = before->frees;
    counts = own;
}

static void in_child(void) {
    static struct counts nothing; /* inherited blocks are the parent's; frees of them will show as too many frees */
    count_in_file(&nothing);
}

__attribute__((constructor)) static void start(void) {
    int saved = errno;
    resolve();
    count_in_file(&before_the_file);
    pthread_atfork(NULL, NULL, in_child);
    errno = saved;
}

void* malloc(size_t bytes) {
    resolve();
    return real_malloc ? counted(real_malloc(bytes)) : bootstrap_alloc(bytes);
}

void* calloc(size_t number, size_t bytes) {
    resolve();
    return real_calloc ? counted(real_calloc(number, bytes)) : bootstrap_alloc(number * bytes);
}

void free(void* block) {
    count_free(block);
    if (!from_bootstrap(block) && real_free) real_free(block);
}

void* realloc(void* block, size_t bytes) {
    resolve();
    void* result = real_realloc(block, bytes);
    if (result || (block && bytes == 0)) count_free(block);
    return counted(result);
}

void* reallocarray(void* block, size_t number, size_t bytes) {
    size_t all;
    if (__builtin_mul_overflow(number, bytes, &all)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(block, all);
}

void* memalign(size_t alignment, size_t bytes) {
    resolve();
    return counted(real_memalign(alignment, bytes));
}

void* aligned_alloc(size_t alignment, size_t bytes) {
    resolve();
    return counted(real_aligned_alloc(alignment, bytes));
}

void* valloc(size_t bytes) {
    resolve();
    return counted(real_valloc(bytes));
}

void* pvalloc(size_t bytes) {
    resolve();
    return counted(real_pvalloc(bytes));
}

int posix_memalign(void** block, size_t alignment, size_t bytes) {
    resolve();
    int error = real_posix_memalign(block, alignment, bytes);
    if (!error) counted(*block);
    return error;
}
