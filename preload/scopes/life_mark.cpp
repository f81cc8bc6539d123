#include "preload/scopes/life_mark.h"

#include <linux/futex.h>
#include <pthread.h>

#include <cstddef>

#include "preload/system/atomics.h"
#include "preload/system/sys.h"

namespace dregs {
namespace {

constexpr long kNextInMutex = offsetof(pthread_mutex_t, __data.__list.__next);
constexpr std::uintptr_t kIsPriorityInheriting = 1;  // of the mutex that a pointer in the list leads to

// From the thread pointer to the list; 0: not known yet. The same for all threads of the C library.
std::intptr_t g_list_offset;
// Whether the C library keeps the thread's id where it was when this was written.
bool g_knows_id;

std::uintptr_t thread_pointer() { return reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer()); }

// The word in front of what a pointer in the list leads to: the way back.
void** way_back(void* linked) {
    return reinterpret_cast<void**>(reinterpret_cast<std::uintptr_t>(linked) & ~kIsPriorityInheriting) - 1;
}

bool is_the_c_librarys(const robust_list_head& list) {
    void* first = list.list.next;
    return list.futex_offset == -kNextInMutex && first && sys::is_readable(way_back(first), sizeof(void*)) &&
           *way_back(first) == &list;
}

// Behind it come an unused word, the way back from the list's first entry, and the list.
const std::uint32_t& id_beside(const robust_list_head& list) {
    return *(reinterpret_cast<const std::uint32_t*>(&list) - 4);
}

std::uint32_t known_id(const robust_list_head& list, std::uint32_t thread) {
    if (thread == 0) return load_relaxed(g_knows_id) ? load_relaxed(id_beside(list)) : 0;
    store_relaxed(g_knows_id, load_relaxed(id_beside(list)) == thread);
    return thread;
}

}  // namespace

// A filter may forbid to ask, but not to know.
robust_list_head* LifeMark::find_list() {
    robust_list_head* list = nullptr;
    const int error = sys::robust_list(list);
    if (list)
        store_relaxed(g_list_offset,
                      static_cast<std::intptr_t>(reinterpret_cast<std::uintptr_t>(list) - thread_pointer()));
    const std::intptr_t offset = load_relaxed(g_list_offset);
    if (error == 0 || offset == 0) return list;
    return reinterpret_cast<robust_list_head*>(thread_pointer() + static_cast<std::uintptr_t>(offset));
}

// In front, in the order that leaves a list for whoever looks in between.
void LifeMark::enter(robust_list_head& list) {
    void* first = list.list.next;
    next_ = first;
    previous_ = &list;
    asm volatile("" ::: "memory");
    *way_back(first) = &next_;
    asm volatile("" ::: "memory");
    list.list.next = reinterpret_cast<robust_list*>(&next_);
}

void LifeMark::begin(std::uint32_t thread) {
    static_assert(offsetof(LifeMark, next_) - offsetof(LifeMark, word_) == kNextInMutex);
    static_assert(offsetof(LifeMark, next_) - offsetof(LifeMark, previous_) == sizeof(void*));
    if (word_ != 0) return;  // in the list already
    robust_list_head* list = find_list();
    if (!list || !is_the_c_librarys(*list)) return;
    const std::uint32_t id = known_id(*list, thread > sys::kLargestId ? 0 : thread);
    if (id == 0) return;
    store_release(word_, id);
    enter(*list);
}

bool LifeMark::is_gone() const { return (load_acquire(word_) & FUTEX_OWNER_DIED) != 0; }

}  // namespace dregs
