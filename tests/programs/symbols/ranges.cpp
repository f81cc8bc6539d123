// As sites.cpp, with inlined functions whose code is in pieces: lists of ranges, one with the unlikely piece at the
// function's end, one that is taken apart by another's code.
#include <link.h>

#include <cstdint>
#include <cstdio>

#define KEEP __attribute__((noinline))
#define INLINE __attribute__((always_inline)) inline

static int first_module(struct dl_phdr_info* info, size_t, void* bias) {
    *static_cast<std::uintptr_t*>(bias) = info->dlpi_addr;
    return 1;
}

extern "C" KEEP void probe(const char* name) {
    std::uintptr_t bias = 0;
    dl_iterate_phdr(first_module, &bias);
    std::printf("%s %lx\n", name, reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)) - bias);
    asm volatile("" ::: "memory");
}

INLINE void refuse(int item) {
    if (__builtin_expect(item > 7, 0)) {
        probe("unlikely");
        asm volatile("");
    }
    probe("likely");
    asm volatile("");
}

INLINE int weigh(int item) {
    int sum = 0;
    for (int i = 0; i < item; ++i) {
        refuse(item);
        sum += i * item;
    }
    return sum;
}

KEEP int load(int item) {
    int sum = item;
    if (item > 3) sum += weigh(item);
    probe("own");
    asm volatile("");
    return sum + (item > 3 ? 1 : 2);
}

// Beside the rest, where gcc would put it elsewhere: the unit shall be in one piece.
__attribute__((section(".text"))) int main() { return load(8) + load(1) > 0 ? 0 : 1; }
