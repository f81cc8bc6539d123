// Asks the kernel whether it can read a word. See readable_pages.h.
#include "readable_pages.h"

#include <sys/syscall.h>

namespace dregs {
namespace {

constexpr std::uintptr_t kUserLimit = std::uintptr_t{1} << 47;

// rt_sigprocmask copies the new mask in before it looks at `how`: with a `how` that does not exist it changes nothing
// and returns EINVAL where the word can be read and EFAULT where not. It needs no descriptor and every sandbox allows
// it. Called without the C library, which would write errno.
bool kernel_can_read(std::uintptr_t address) {
    constexpr long kNoSuchHow = ~0L;
    constexpr long kFault = -14;  // -EFAULT
    constexpr long kMaskBytes = 8;
    long result = SYS_rt_sigprocmask;
    register long mask_bytes __asm__("r10") = kMaskBytes;
    __asm__ volatile("syscall"
                     : "+a"(result)
                     : "D"(kNoSuchHow), "S"(address), "d"(0), "r"(mask_bytes)
                     : "rcx", "r11", "memory");
    return result != kFault;
}

}  // namespace

bool ReadablePages::probe(std::uintptr_t address) {
    if (address >= kUserLimit || !kernel_can_read(address & ~std::uintptr_t{7})) return false;
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
