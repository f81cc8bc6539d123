// Comes by dlopen: its calls are bound when other libraries' have long been.
#include <cstddef>
#include <new>

namespace {
void* volatile sink;
}

extern "C" {

extern void* mallocx(std::size_t bytes, int flags) __attribute__((weak));
extern void dallocx(void* block, int flags) __attribute__((weak));

__attribute__((noinline)) void* made_late() {
    ::operator delete (::operator new (77, std::align_val_t{64}), std::align_val_t{64});
    return sink = ::operator new(1234);
}

__attribute__((noinline)) void* made_late_by_mallocx() {
    if (!mallocx) return nullptr;
    dallocx(mallocx(50, 0), 0);
    return sink = mallocx(2345, 0);
}
}
