/* Allocates in a library that comes by dlopen, and by functions that dlsym finds: "kept NAME BYTES". Whether mallocx is
 * there tells programs that they run under jemalloc. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void* volatile sink;

static void kept(const char* name, void* block, int bytes) {
    sink = block;
    if (block) printf("kept %s %d\n", name, bytes);
}

__attribute__((noinline)) static void made_by_dlsym(void* (*function)(size_t, int)) {
    if (function) kept("made_by_dlsym", function(3456, 0), 3456);
}

__attribute__((noinline)) static void* call(void* library, const char* name) {
    void* (*function)(void);
    *(void**)&function = dlsym(library, name);
    return function();
}

int main(int count, char** arguments) {
    void* library = dlopen(count > 1 ? arguments[1] : "late_calls.so", RTLD_NOW | RTLD_LOCAL);
    if (!library) return puts(dlerror()), 1;
    kept("made_late", call(library, "made_late"), 1234);
    kept("made_late_by_mallocx", call(library, "made_late_by_mallocx"), 2345);
    void* (*function)(size_t, int);
    *(void**)&function = dlsym(RTLD_DEFAULT, "mallocx");
    made_by_dlsym(function);
    puts(function ? "under jemalloc" : "not under jemalloc");
    return 0;
}
