/* An allocator that hands all on to the C library's and has its functions in several versions: that of the C library,
 * which a program's calls ask for, is no default; the default is one that nobody asks for, and ends the program. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void* __libc_malloc(size_t bytes);
void __libc_free(void* block);
void* __libc_calloc(size_t count, size_t bytes);
void* __libc_realloc(void* block, size_t bytes);

static int called;

void* asked_malloc(size_t bytes) {
    called = 1;
    return __libc_malloc(bytes);
}
void asked_free(void* block) { __libc_free(block); }
void* asked_calloc(size_t count, size_t bytes) { return __libc_calloc(count, bytes); }
void* asked_realloc(void* block, size_t bytes) { return __libc_realloc(block, bytes); }
void* foreign_malloc(size_t bytes) { abort(); }
void foreign_free(void* block) { abort(); }
void* foreign_calloc(size_t count, size_t bytes) { abort(); }
void* foreign_realloc(void* block, size_t bytes) { abort(); }

#define IN_VERSIONS(name)                     \
    __asm__(".symver asked_" #name ", " #name \
            "@GLIBC_2.2.5\n"                  \
            ".symver foreign_" #name ", " #name "@@ANOTHER_1")
IN_VERSIONS(malloc);
IN_VERSIONS(free);
IN_VERSIONS(calloc);
IN_VERSIONS(realloc);

__attribute__((destructor)) static void say(void) { fprintf(stderr, "called: %d\n", called); }
