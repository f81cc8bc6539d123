/* Preloaded into dregs: cuts the file CUT_FILE to CUT_BYTES as soon as libelf has mapped it, as a build does that
 * writes the file anew at this moment. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_the_file(int descriptor, const char* path) {
    struct stat opened, named;
    return path && fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino;
}

void* elf_begin(int descriptor, int command, void* archive) {
    union {
        void* symbol;
        void* (*call)(int, int, void*);
    } real;
    real.symbol = dlsym(RTLD_NEXT, "elf_begin");
    void* const image = real.call(descriptor, command, archive);
    const char* path = getenv("CUT_FILE");
    if (is_the_file(descriptor, path) && truncate(path, atol(getenv("CUT_BYTES"))) != 0) abort();
    return image;
}
