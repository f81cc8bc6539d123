// Asks the system about pages that are not known yet. See readable_pages.h.
#include "preload/unwind/readable_pages.h"

#include "preload/system/sys.h"

namespace dregs {
namespace {

constexpr std::uintptr_t kUserLimit = std::uintptr_t{1} << 47;

}  // namespace

bool ReadablePages::probe(std::uintptr_t address) {
    if (address >= kUserLimit || !sys::can_read(address & ~std::uintptr_t{7})) return false;
    const std::uint64_t page = address >> kPageBits;
    pages_[page % kPages].store(page, std::memory_order_relaxed);
    return page != 0;
}

bool ReadablePages::holds_range(std::uintptr_t address, std::size_t bytes) {
    if (bytes == 0) return true;
    const std::uintptr_t last = address + (bytes - 1);
    if (last < address) return false;
    for (std::uintptr_t page = address >> kPageBits; page <= last >> kPageBits; ++page) {
        if (!holds(page << kPageBits)) return false;
    }
    return true;
}

void ReadablePages::forget() {
    for (auto& page : pages_) page.store(0, std::memory_order_relaxed);
}

}  // namespace dregs
