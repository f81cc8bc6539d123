/* A plugin takes the place of another one, and their code is the same to the byte.
 *
 *     replaced_plugin HOW FIRST SECOND    HOW: here; child: FIRST is loaded by the parent, replaced in a forked child;
 *                                         grandchild: the same one fork further
 *
 * Each leaves 3 blocks in the last process, and 1 of the parent's is left of FIRST. */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/loader/plugin.h"

static void* call_three_times(void* handle) {
    call_plugin(handle);
    call_plugin(handle);
    return call_plugin(handle);
}

static void replace(void* handle, const char* second) {
    const void* before = call_three_times(handle);
    dlclose(handle);
    handle = load_plugin(second, RTLD_LOCAL);
    puts(before == call_three_times(handle) ? "same address" : "other address");
    dlclose(handle);
}

static int in_child(int forks, void* handle, const char* second) {
    int status = 0;
    if (forks == 0) {
        replace(handle, second);
        print_host_state();
        fflush(stdout);
        return 0;
    }
    const pid_t child = fork();
    if (child == 0) _exit(in_child(forks - 1, handle, second));
    waitpid(child, &status, 0);
    return status;
}

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    const int forks = !strcmp(argv[1], "child") ? 1 : !strcmp(argv[1], "grandchild") ? 2 : 0;
    void* handle = load_plugin(argv[2], RTLD_LOCAL);
    call_plugin(handle);
    return in_child(forks, handle, argv[3]);
}
