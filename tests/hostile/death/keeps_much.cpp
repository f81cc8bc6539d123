// Keeps blocks until its trace has some megabytes, and crashes below 20 frames; `gone`: removes the trace before.
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/hostile/keep_blocks.h"

static void* volatile nowhere = reinterpret_cast<void*>(8);

__attribute__((noinline)) int crash_at_depth(int depth) {
    if (depth == 0) *static_cast<volatile int*>(nowhere) = 1;
    const int result = depth > 0 ? crash_at_depth(depth - 1) : 0;
    asm volatile("" ::: "memory");
    return result + 1;
}

static void remove_trace() {
    const char* pattern = getenv("DREGS_OUTPUT");
    if (!pattern) return;
    const std::string all = std::string(pattern).replace(strstr(pattern, "%p") - pattern, 2, std::to_string(getpid()));
    unlink(all.c_str());
}

int main(int, char** argv) {
    for (int i = 0; i < 3000; ++i) {
        last_kept = malloc(20'000);
        use_blocks(1);
    }
    if (!strcmp(argv[1], "gone")) remove_trace();
    return crash_at_depth(19);
}
