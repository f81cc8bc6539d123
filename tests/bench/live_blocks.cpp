// Bench: many live blocks. Allocates COUNT blocks of LEAST to MOST (16 to 112) bytes under some hundred stacks and
// keeps them.
//
// usage: live_blocks COUNT [LEAST MOST [SCOPE]]; with SCOPE each SCOPE blocks are in a scope of their own that stays
// open. Prints the resident set, its part that belongs to files, and what the other processes of this session keep for
// themselves (a tool's helpers), in KiB, then exits without freeing.
#include <dirent.h>
#include <dregs/dregs.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

template <int kSite>
__attribute__((noinline)) void* allocate(std::size_t bytes) {
    auto* block = static_cast<char*>(std::malloc(bytes));
    std::memset(block, kSite, bytes);
    return block;
}

using Allocate = void* (*)(std::size_t);
constexpr Allocate kSites[] = {allocate<0>, allocate<1>, allocate<2>, allocate<3>,
                               allocate<4>, allocate<5>, allocate<6>, allocate<7>};

void* g_last;

std::size_t g_least = 16;
std::size_t g_most = 112;

__attribute__((noinline)) void spread(int level, std::uint32_t random) {
    if (level == 0) {
        void* block = kSites[random & 7](g_least + (random >> 3) % (g_most - g_least + 1));
        std::memcpy(block, &g_last, sizeof g_last);  // a chain: nothing is lost
        g_last = block;
    } else if (random >> (31 - level) & 1) {
        spread(level - 1, random);
    } else {
        volatile int here = level;
        spread(level - 1, random);
        here = 0;
        (void)here;
    }
}

long status_kib(const char* process, const char* key) {
    char line[256];
    std::snprintf(line, sizeof line, "/proc/%s/status", process);
    std::FILE* status = std::fopen(line, "r");
    long value = 0;
    while (status && std::fgets(line, sizeof line, status)) {
        if (std::strncmp(line, key, std::strlen(key)) == 0) value = std::atol(line + std::strlen(key));
    }
    if (status) std::fclose(status);
    return value;
}

long beside_kib() {
    DIR* processes = opendir("/proc");
    long total = 0;
    while (const dirent* entry = processes ? readdir(processes) : nullptr) {
        const int process = std::atoi(entry->d_name);
        if (process > 0 && process != getpid() && getsid(process) == getsid(0)) {
            total += status_kib(entry->d_name, "RssAnon:");
        }
    }
    if (processes) closedir(processes);
    return total;
}

}  // namespace

int main(int argc, char** argv) {
    const long count = argc > 1 ? std::atol(argv[1]) : 1'000'000;
    if (argc > 3) {
        g_least = std::strtoull(argv[2], nullptr, 10);
        g_most = std::strtoull(argv[3], nullptr, 10);
    }
    const long scope = argc > 4 ? std::atol(argv[4]) : 0;
    std::uint32_t random = 1;
    for (long i = 0; i < count; ++i) {
        if (scope > 0 && i % scope == 0) dregs_scope_attach(dregs_scope_open("batch", 0));
        random = random * 1664525 + 1013904223;
        spread(4, random >> 5);
    }
    const long resident = status_kib("self", "VmRSS:");
    const long files = status_kib("self", "RssFile:") + status_kib("self", "RssShmem:");
    std::printf("%ld %ld %ld\n", resident, files, beside_kib());
    return 0;
}
