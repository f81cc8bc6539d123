// Calls every function of the malloc family once in a function named after it, which leaves one block of a size of its
// own, and checks what the C library promises (errors, alignment, errno). Prints nothing that depends on addresses.
#include <malloc.h>
#include <stdlib.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <new>

#define SITE __attribute__((noinline))

namespace {

void* volatile sink;

void check(const char* what, bool good) {
    if (!good) std::printf("wrong: %s\n", what);
}

bool aligned(const void* block, std::uintptr_t to) { return reinterpret_cast<std::uintptr_t>(block) % to == 0; }

SITE void use_malloc() { sink = malloc(1001); }
SITE void use_calloc() { sink = calloc(7, 286); }
SITE void use_realloc_new() { sink = realloc(nullptr, 3003); }
SITE void use_realloc_grow() { sink = realloc(malloc(10), 4004); }
SITE void use_realloc_shrink() { sink = realloc(malloc(50000), 5005); }
SITE void use_reallocarray() { sink = reallocarray(malloc(10), 6, 1001); }
SITE void use_posix_memalign() {
    void* block = nullptr;
    check("posix_memalign", posix_memalign(&block, 4096, 7007) == 0 && aligned(block, 4096));
    sink = block;
}
SITE void use_aligned_alloc() { check("aligned_alloc", aligned(sink = aligned_alloc(256, 8192), 256)); }
SITE void use_memalign() { check("memalign", aligned(sink = memalign(128, 9009), 128)); }
SITE void use_valloc() { check("valloc", aligned(sink = valloc(10010), 4096)); }
SITE void use_pvalloc() { check("pvalloc", aligned(sink = pvalloc(12288), 4096)); }
SITE void use_zero() { check("malloc(0) is a block", (sink = malloc(0)) != nullptr); }
SITE void use_huge() { sink = malloc(100 << 20); }
SITE void use_new() { sink = ::operator new(11011); }
SITE void use_new_array() { sink = ::operator new[](12012); }
SITE void use_new_nothrow() { sink = ::operator new(13013, std::nothrow); }
SITE void use_new_aligned() { check("new", aligned(sink = ::operator new (14014, std::align_val_t{512}), 512)); }
SITE void use_strdup() { sink = strdup("a string of twenty-six b."); }
SITE void use_asprintf() {
    char* text = nullptr;
    check("asprintf", asprintf(&text, "%s", "a string of twenty-six b.") == 25);
    sink = text;
}

SITE void free_all_kinds() {
    free(nullptr);
    free(aligned_alloc(64, 640));
    ::operator delete(::operator new(100));
    ::operator delete (::operator new(100), std::size_t{100});
    ::operator delete (::operator new (100, std::align_val_t{64}), std::align_val_t{64});
    sink = malloc(77);
    sink = realloc(sink, 0);  // glibc: frees and returns null
    check("realloc(p, 0) is null", sink == nullptr);
}

SITE void provoke_errors() {
    volatile std::size_t too_much = SIZE_MAX - 4096;
    errno = 0;
    check("malloc of too much", !malloc(too_much) && errno == ENOMEM);
    errno = 0;
    check("calloc overflow", !calloc(too_much, 16) && errno == ENOMEM);
    void* volatile block = malloc(1111);  // volatile: it is used after a realloc that failed
    std::memset(block, 'x', 1111);
    errno = 0;
    check("realloc of too much", !realloc(block, too_much) && errno == ENOMEM);
    errno = 0;
    check("reallocarray overflow", !reallocarray(block, too_much, 16) && errno == ENOMEM);
    check("block intact after failed realloc", static_cast<char*>(block)[1110] == 'x');
    void* unaligned = nullptr;
    errno = 0;
    check("posix_memalign refuses 3", posix_memalign(&unaligned, 3, 100) == EINVAL && errno == 0);
    errno = 4711;
    free(block);
    check("free keeps errno", errno == 4711);
    block = malloc(10);
    check("malloc keeps errno", errno == 4711);
    check("usable size", malloc_usable_size(block) >= 10 && malloc_usable_size(nullptr) == 0);
    free(block);
}

}  // namespace

int main() {
    use_malloc();
    use_calloc();
    use_realloc_new();
    use_realloc_grow();
    use_realloc_shrink();
    use_reallocarray();
    use_posix_memalign();
    use_aligned_alloc();
    use_memalign();
    use_valloc();
    use_pvalloc();
    use_zero();
    use_huge();
    use_new();
    use_new_array();
    use_new_nothrow();
    use_new_aligned();
    use_strdup();
    use_asprintf();
    free_all_kinds();
    provoke_errors();
    std::puts("done");
}
