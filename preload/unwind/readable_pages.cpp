// Asks the system. See readable_pages.h.
#include "preload/unwind/readable_pages.h"

#include "preload/system/sys.h"

namespace dregs {
namespace {

constexpr std::uint64_t kUserPages = std::uint64_t{1} << (47 - ReadablePages::kPageBits);

}  // namespace

bool ReadablePages::ask(std::uint64_t page) {
    if (page == 0 || page >= kUserPages) return false;
    const sys::Readable answer = sys::readable(page << kPageBits);
    if (answer == sys::Readable::kUnknown) may_not_ask_ = true;
    if (answer != sys::Readable::kYes) return false;
    pages_[count_++ % kMost] = page;
    return true;
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

}  // namespace dregs
