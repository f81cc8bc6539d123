// Blocks of very many call stacks: `many_stacks STACKS BLOCKS` keeps BLOCKS blocks on each of STACKS different stacks,
// and prints how many it keeps and their bytes.
//
// A stack is a number: each level calls the next from one of two places, as the bit says. So there are as many stacks
// as numbers, all of the same depth. The lowest bits choose one of sixteen functions that allocate; sizes are 16 to 64.
#include <cstdio>
#include <cstdlib>

namespace {

constexpr int kLevels = 20;

unsigned long g_blocks, g_bytes;
void* volatile g_last;
volatile int g_here;

void keep(unsigned size, void* block) {
    if (!block) std::abort();
    *static_cast<void**>(block) = g_last;  // a chain: nothing is lost
    g_last = block;
    ++g_blocks;
    g_bytes += size;
}

template <int kSite>
__attribute__((noinline)) void site(unsigned size) {
    keep(size, std::malloc(size));
}

using Site = void (*)(unsigned);
constexpr Site kSites[] = {site<0>, site<1>, site<2>,  site<3>,  site<4>,  site<5>,  site<6>,  site<7>,
                           site<8>, site<9>, site<10>, site<11>, site<12>, site<13>, site<14>, site<15>};

__attribute__((noinline)) void descend(int level, unsigned long stack, unsigned size) {
    if (level == 0) {
        kSites[stack % 16](size);
    } else if (stack >> (level - 1) & 1) {
        descend(level - 1, stack, size);
    } else {
        descend(level - 1, stack, size);
        g_here = level;  // not the same code as above
    }
    g_here = 0;  // no tail call
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const unsigned long stacks = std::strtoul(argv[1], nullptr, 10), blocks = std::strtoul(argv[2], nullptr, 10);
    for (unsigned long round = 0; round < blocks; ++round)
        for (unsigned long stack = 0; stack < stacks; ++stack)
            descend(kLevels, stack, 16 + static_cast<unsigned>((stack * 7 + round) % 49));
    std::printf("%lu %lu\n", g_blocks, g_bytes);
    return 0;
}
