// Finds the thread's own stack. See own_stack.h.
#include "preload/unwind/own_stack.h"

#include "preload/system/atomics.h"
#include "preload/system/sys.h"

// The loader's: where the first thread's stack began. Weak: other C libraries have none.
extern "C" void* __libc_stack_end __attribute__((weak));

namespace dregs {
namespace {

constexpr std::uintptr_t kPage = 4096;
constexpr std::uintptr_t kPageMask = ~(kPage - 1);
// A stack that is deeper when it is first seen is asked about page by page until a walk begins further out.
constexpr std::uintptr_t kMostUnseen = std::uintptr_t{1} << 20;

bool is_near(std::uintptr_t sp, std::uintptr_t end) { return end - sp - 1 < kMostUnseen; }

}  // namespace

ReadableWords OwnStack::rest_of_page(std::uintptr_t sp) { return words(sp, ((sp - 8) & kPageMask) + kPage); }

// A thread's control block lies at the end of its stack; the first thread's lies elsewhere.
std::uintptr_t OwnStack::find_end(std::uintptr_t sp) const {
    if (end_ != 0) return end_;
    const auto control_block = reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer());
    if (is_near(sp, control_block)) return control_block & ~std::uintptr_t{7};
    return &__libc_stack_end != nullptr ? reinterpret_cast<std::uintptr_t>(__libc_stack_end) & ~std::uintptr_t{7} : 0;
}

// Where a sandbox forbids to ask: whether the stack that is known may just have grown.
bool OwnStack::may_be_deeper(std::uintptr_t sp) const { return end_ != 0 && begin_ - sp < kMostUnseen / 4; }

// Whether all pages can be read from the one of `sp` to `end`.
bool OwnStack::reaches(std::uintptr_t sp, std::uintptr_t end) {
    if (sp - other_begin_ < other_end_ - other_begin_) return false;
    for (std::uintptr_t page = (sp & kPageMask) + kPage; page < end; page += kPage) {
        const sys::Readable answer = sys::readable(page);
        if (answer == sys::Readable::kYes || (answer == sys::Readable::kUnknown && may_be_deeper(sp))) continue;
        other_begin_ = sp & kPageMask;
        other_end_ = page;
        return false;
    }
    return true;
}

ReadableWords OwnStack::readable_elsewhere(std::uintptr_t sp) {
    const std::uintptr_t end = find_end(sp);
    if (end == 0 || !is_near(sp, end_ != 0 ? begin_ : end) || !reaches(sp, end_ != 0 ? begin_ : end))
        return rest_of_page(sp);
    // In this order, and one word that matters at a time: a signal handler may look in between.
    if (end_ == 0) store_relaxed(begin_, end);
    asm volatile("" ::: "memory");
    store_relaxed(end_, end);
    asm volatile("" ::: "memory");
    store_relaxed(begin_, sp & kPageMask);
    return words(sp, end);
}

}  // namespace dregs
