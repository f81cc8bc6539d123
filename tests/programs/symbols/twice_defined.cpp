// An inline function that two objects define, at different lines: the linker keeps the first one's code, and what the
// second object says of its own copy then refers to that code too. Built twice, with DEFINED_FIRST and without.
#include <link.h>

#include <cstdio>

extern "C" void* kept_address;
void other();

#ifdef DEFINED_FIRST
#line 100 "first.h"
#else
#line 200 "second.h"
#endif
__attribute__((noinline)) inline void defined_twice() { asm volatile("lea 0(%%rip), %0" : "=r"(kept_address)); }

#ifdef DEFINED_FIRST
void* kept_address;
static int first_module(dl_phdr_info* info, size_t, void*) {
    std::printf("kept %lx\n", reinterpret_cast<unsigned long>(kept_address) - info->dlpi_addr);
    return 1;
}
int main() {
    defined_twice();
    other();
    dl_iterate_phdr(first_module, nullptr);
    return 0;
}
#else
void other() { defined_twice(); }
#endif
