// As sites.cpp, with inlined functions whose code is in pieces: lists of ranges, one with the unlikely piece at the
// function's end, one that is taken apart by another's code.
#include "probe.h"

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
