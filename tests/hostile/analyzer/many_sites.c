/* Loads the libraries that it is given, and keeps five blocks in each (libraries/kept_site.c), so that the file of each
 * is asked for the names of its stack. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char** argv) {
    for (int i = 1; i < argc; i++) {
        void* library = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
        void (*keep_here)(void) = NULL;
        if (library) *(void**)&keep_here = dlsym(library, "keep_here");
        if (!keep_here) return fprintf(stderr, "%s\n", dlerror()), 1;
        keep_here();
    }
    return 0;
}
