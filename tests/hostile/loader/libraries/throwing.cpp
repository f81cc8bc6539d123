// A C++ plugin: throws through frames with destructors and catches, and says whose unwinder did it.
#include <dlfcn.h>
#include <stdlib.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "tests/hostile/keep_blocks.h"

extern "C" int _Unwind_RaiseException(void*);
extern "C" void plugin_entry();

namespace {

struct FreesOnTheWay {
    ~FreesOnTheWay() { free(block); }
    void* block = malloc(733);
};

__attribute__((noinline)) void throw_from(int depth) {
    const FreesOnTheWay object;
    if (depth == 0) throw std::string(100, 'x');
    throw_from(depth - 1);
    last_kept = nullptr;  // no tail call
}

const char* unwinder() {
    Dl_info info;
    if (!dladdr(reinterpret_cast<void*>(&_Unwind_RaiseException), &info)) return "nobody";
    const char* slash = std::strrchr(info.dli_fname, '/');
    return slash ? slash + 1 : info.dli_fname;
}

}  // namespace

void plugin_entry() {
    int caught = 0;
    for (int i = 0; i < 100; i++) {
        try {
            throw_from(20);
        } catch (const std::string& text) {
            caught += text.size() == 100;
            keep_blocks(1);
        }
    }
    std::printf("%d caught, thrown by %s\n", caught, unwinder());
}
