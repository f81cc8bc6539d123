#include "adapters/generation.h"

#include <sys/mman.h>

#include <cerrno>

namespace dregs::adapters {
namespace {

constexpr std::size_t kPage = 4096;

unsigned* g_here;       // a word that a fork wipes
unsigned g_generation;  // survives it

ADAPTER_COLD unsigned* make_here() {
    const int saved = errno;
    void* page = mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    errno = saved;
    static unsigned nowhere = 1;
    if (page == MAP_FAILED || madvise(page, kPage, MADV_WIPEONFORK) != 0) page = &nowhere;
    errno = saved;
    unsigned* none = nullptr;
    __atomic_compare_exchange_n(&g_here, &none, static_cast<unsigned*>(page), false, __ATOMIC_ACQ_REL,
                                __ATOMIC_ACQUIRE);
    return __atomic_load_n(&g_here, __ATOMIC_ACQUIRE);
}

}  // namespace

unsigned generation() {
    unsigned* here = __atomic_load_n(&g_here, __ATOMIC_ACQUIRE);
    if (ADAPTER_UNLIKELY(!here)) here = make_here();
    unsigned unseen = 0;
    if (ADAPTER_UNLIKELY(__atomic_load_n(here, __ATOMIC_RELAXED) == 0) &&
        __atomic_compare_exchange_n(here, &unseen, 1, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
        __atomic_add_fetch(&g_generation, 1, __ATOMIC_RELEASE);
    }
    return __atomic_load_n(&g_generation, __ATOMIC_ACQUIRE);
}

}  // namespace dregs::adapters
