/* Gives the allocator what it must not be given, in the way its argument says: the C library's diagnosis is the same.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC diagnostic ignored "-Wfree-nonheap-object"

static char in_static_memory[64] __attribute__((aligned(16)));
static void* volatile sink;

/* Where the compiler does not look. */
static void release(void* volatile block) { free(block); }

static void twice(size_t bytes) {
    void* block = malloc(bytes);
    void* volatile guard = malloc(bytes); /* keeps the block from melting into the top */
    release(block);
    release(block);
    sink = guard;
}

/* The eighth free of a size goes past the thread's cache. */
static void twice_past_the_cache(size_t bytes) {
    void* blocks[9];
    for (int i = 0; i < 9; i++) blocks[i] = malloc(bytes);
    for (int i = 0; i < 8; i++) release(blocks[i]);
    release(blocks[7]);
}

static void realloc_freed(void) {
    void* volatile block = malloc(5000);
    sink = malloc(10);
    release(block);
    sink = realloc(block, 10000);
}

__attribute__((noinline)) static void overwrite(volatile char* from, int bytes) {
    for (int i = 0; i < bytes; i++) from[i] = (char)0xff;
}

static void write_over_size(void) {
    char* volatile block = malloc(40);
    overwrite(block - 8, 8);
    release(block);
}

static int wrong(const char* how) {
    char on_stack[64] __attribute__((aligned(16))) = {0};
    char* volatile block = malloc(3000);
    sink = malloc(10);
    if (!strcmp(how, "twice")) twice(40);
    if (!strcmp(how, "twice_large")) twice(200000);
    if (!strcmp(how, "twice_mapped")) twice(10 << 20);
    if (!strcmp(how, "twice_fastbin")) twice_past_the_cache(40);
    if (!strcmp(how, "twice_unsorted")) twice_past_the_cache(2000);
    if (!strcmp(how, "middle")) release(block + 16);
    if (!strcmp(how, "odd")) release(block + 1);
    if (!strcmp(how, "page")) release(block + 1024);
    if (!strcmp(how, "stack")) release(on_stack + 16);
    if (!strcmp(how, "static")) release(in_static_memory + 16);
    if (!strcmp(how, "text")) release((void*)(size_t)&twice);
    if (!strcmp(how, "number")) release((void*)0x1000);
    if (!strcmp(how, "beyond")) release((void*)0xffff800000000010u);
    if (!strcmp(how, "realloc_middle")) sink = realloc(block + 16, 4000);
    if (!strcmp(how, "realloc_freed")) realloc_freed();
    if (!strcmp(how, "size")) write_over_size();
    return 3;
}

int main(int argc, char** argv) { return argc > 1 ? wrong(argv[1]) : 2; }
