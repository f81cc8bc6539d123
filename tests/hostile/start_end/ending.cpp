// Ends in the way its argument says, allocating and freeing until the last moment that the C library allows.
//
// Keeps 3 blocks before the end, and 2 in each handler that runs at it; which run depends on the way.
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

namespace {

struct StaticObject {
    StaticObject() : block(malloc(733)) {}
    ~StaticObject() {
        free(block);
        keep_blocks(2);
        print_host_state();
    }
    void* block;
} static_object;

void at_exit() { keep_blocks(2); }
void at_quick_exit() { keep_blocks(2); }
void on_exit_(int, void* block) {
    free(block);
    keep_blocks(2);
}

void end(const char* how) {
    if (!std::strcmp(how, "exit")) exit(4);
    if (!std::strcmp(how, "_exit")) _exit(5);
    if (!std::strcmp(how, "quick_exit")) quick_exit(6);
    if (!std::strcmp(how, "abort")) abort();
    if (!std::strcmp(how, "throw")) throw std::runtime_error("nobody catches this");
    if (!std::strcmp(how, "pthread_exit")) pthread_exit(nullptr);
}

}  // namespace

int main(int argc, char** argv) {
    atexit(at_exit);
    on_exit(on_exit_, malloc(733));
    ::at_quick_exit(at_quick_exit);
    keep_blocks(3);
    print_host_state();
    end(argc > 1 ? argv[1] : "return");
    return 3;
}
