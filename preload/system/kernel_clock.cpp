// See kernel_clock.h.
#include "preload/system/kernel_clock.h"

#include <link.h>
#include <sys/auxv.h>

#include <cstdint>

#include "preload/system/atomics.h"
#include "preload/system/attributes.h"
#include "preload/system/symbol_tables.h"

namespace dregs {
namespace {

ClockFunction g_clock;
std::uint32_t g_looked;

ClockFunction find_clock() {
    const std::uintptr_t begin = getauxval(AT_SYSINFO_EHDR);
    if (begin == 0) return nullptr;
    const auto& header = *reinterpret_cast<const ElfW(Ehdr)*>(begin);
    const auto* segments = reinterpret_cast<const ElfW(Phdr)*>(begin + header.e_phoff);
    std::uintptr_t base = begin;
    std::uintptr_t dynamic = 0;
    for (unsigned i = 0; i < header.e_phnum; ++i) {
        if (segments[i].p_type == PT_LOAD) base = begin + segments[i].p_offset - segments[i].p_vaddr;
        if (segments[i].p_type == PT_DYNAMIC) dynamic = segments[i].p_vaddr;
    }
    if (dynamic == 0) return nullptr;
    const SymbolTables tables(base, reinterpret_cast<const ElfW(Dyn)*>(base + dynamic));
    const std::uint32_t number = tables.find_any("__vdso_clock_gettime");
    return number != 0 ? reinterpret_cast<ClockFunction>(base + tables.symbol(number).st_value) : nullptr;
}

}  // namespace

ClockFunction kernel_clock() {
    if (DREGS_UNLIKELY(load_acquire(g_looked) == 0)) {
        store_relaxed(g_clock, find_clock());
        store_release(g_looked, 1u);
    }
    return load_relaxed(g_clock);
}

}  // namespace dregs
