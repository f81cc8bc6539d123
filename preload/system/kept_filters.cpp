// See kept_filters.h.
#include "preload/system/kept_filters.h"

#include <linux/filter.h>
#include <linux/futex.h>
#include <stddef.h>

#include "preload/system/atomics.h"
#include "preload/system/sys.h"

namespace dregs::sandbox {

struct KeptFilter {
    Filter filter;
    std::uint32_t room;       // instructions that fit behind this
    std::uint32_t holders;    // how many times it is installed or about to be, and in which of its lives
    std::uint32_t active;     // how many times it is to be obeyed
    std::uint32_t guest;      // the child's id, which the kernel marks when the child is gone; 0: all obey
    const void* thread;       // the child's thread pointer
    robust_list guest_entry;  // by which the kernel finds `guest`
    robust_list_head guest_list;
    KeptFilter* next;
};

std::uint32_t g_active;

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::uint32_t kHolderMask = (1u << 24) - 1;
constexpr std::uint32_t kBeingFilled = kHolderMask;
constexpr std::uint32_t kOneLife = kHolderMask + 1;

constexpr std::uint32_t kSpare = 8;

KeptFilter* g_first;
KeptFilter g_spare[kSpare];  // without room: for those that there is no memory for, which then let nothing pass
KeptFilter g_unkept;         // stands for all that are more than that

sock_filter* instructions_of(KeptFilter& kept) { return reinterpret_cast<sock_filter*>(&kept + 1); }

bool is_guests(const KeptFilter& kept) { return load_acquire(kept.guest) != 0; }
bool is_gone(const KeptFilter& kept) { return (load_acquire(kept.guest) & FUTEX_OWNER_DIED) != 0; }
bool is_own(const KeptFilter& kept) {
    return is_guests(kept) && !is_gone(kept) && kept.thread == __builtin_thread_pointer();
}

template <typename Matches>
KeptFilter* find(Matches matches) {
    for (KeptFilter* kept = load_acquire(g_first); kept; kept = kept->next) {
        if (matches(*kept)) return kept;
    }
    for (KeptFilter& kept : g_spare) {
        if (matches(kept)) return &kept;
    }
    return nullptr;
}

bool is_equal(const KeptFilter& kept, const sock_fprog& program) {
    return kept.filter.count == program.len && kept.filter.instructions &&
           __builtin_memcmp(kept.filter.instructions, program.filter, program.len * sizeof(sock_filter)) == 0;
}

// One more holder of a filter that is kept already.
bool share(KeptFilter& kept, const sock_fprog& program) {
    std::uint32_t holders = load_acquire(kept.holders);
    const std::uint32_t count = holders & kHolderMask;
    if (count == 0 || count + 1 >= kBeingFilled || is_guests(kept) || !is_equal(kept, program)) return false;
    return compare_exchange(kept.holders, holders, holders + 1);  // in the same life of its
}

bool claim(KeptFilter& kept, std::uint32_t instructions) {
    std::uint32_t holders = load_acquire(kept.holders);
    const std::uint32_t count = holders & kHolderMask;
    if (kept.room < instructions || (count != 0 && !is_gone(kept)) || count == kBeingFilled) return false;
    if (!compare_exchange(kept.holders, holders, holders | kBeingFilled)) return false;
    fetch_add(g_active, 0u - load_relaxed(kept.active));  // a child's that is gone
    store_relaxed(kept.active, 0u);
    store_release(kept.guest, 0u);
    return true;
}

void push(KeptFilter& kept) {
    kept.next = load_acquire(g_first);
    while (!compare_exchange(g_first, kept.next, &kept)) {
    }
}

KeptFilter* make(std::uint32_t instructions) {
    const std::size_t bytes = sizeof(KeptFilter) + instructions * sizeof(sock_filter);
    const std::size_t pages = (bytes + kPage - 1) & ~(kPage - 1);
    auto* kept = static_cast<KeptFilter*>(sys::map_kept(pages));
    if (!kept) return nullptr;
    kept->room = static_cast<std::uint32_t>((pages - sizeof(KeptFilter)) / sizeof(sock_filter));
    kept->holders = kBeingFilled;
    push(*kept);
    return kept;
}

// A child may have more filters than one: all of them are in one list. Its id is asked for at the first of them only,
// for that may forbid the question.
bool enter_in_list_of(KeptFilter& kept, const KeptFilter& former) {
    kept.guest_entry.next = former.guest_entry.next;
    const_cast<KeptFilter&>(former).guest_entry.next = &kept.guest_entry;
    store_release(kept.guest, former.guest & FUTEX_TID_MASK);
    return true;
}

bool begin_list(KeptFilter& kept) {
    const std::uint32_t id = sys::thread_id();
    robust_list_head* list = nullptr;
    if (id > sys::kLargestId || sys::robust_list(list) != 0 || list) return false;
    kept.guest_list.list.next = &kept.guest_entry;
    kept.guest_list.futex_offset =
        static_cast<long>(offsetof(KeptFilter, guest)) - static_cast<long>(offsetof(KeptFilter, guest_entry));
    kept.guest_list.list_op_pending = nullptr;
    kept.guest_entry.next = &kept.guest_list.list;
    store_release(kept.guest, id);
    if (sys::set_robust_list(&kept.guest_list) == 0) return true;
    store_release(kept.guest, 0u);
    return false;
}

// False: it cannot be told from one of the parent's.
bool belongs_to_guest(KeptFilter& kept) {
    kept.thread = __builtin_thread_pointer();
    const KeptFilter* former = find(is_own);
    return former ? enter_in_list_of(kept, *former) : begin_list(kept);
}

// One that is being filled.
KeptFilter* find_room(std::uint32_t instructions) {
    return find([&](KeptFilter& each) { return claim(each, instructions); });
}

void fill(KeptFilter& kept, const sock_fprog* program) {
    kept.filter = {nullptr, 0};
    if (!program || program->len > kept.room) return;
    __builtin_memcpy(instructions_of(kept), program->filter, program->len * sizeof(sock_filter));
    kept.filter = {instructions_of(kept), program->len};
}

// Null: strict mode.
KeptFilter* keep_copy(const sock_fprog* program, bool is_guest) {
    const std::uint32_t count = program ? program->len : 0;
    KeptFilter* kept = find_room(count);
    if (!kept) kept = make(count);
    if (!kept) kept = find_room(0);
    if (!kept) return fetch_add(g_unkept.holders, 1u), &g_unkept;
    fill(*kept, program);
    if (is_guest) belongs_to_guest(*kept);
    const std::uint32_t life = load_relaxed(kept->holders) & ~kHolderMask;
    store_release(kept->holders, (life + kOneLife) | 1u);
    return kept;
}

// What the kernel will refuse must not be a fault of ours.
bool is_program(const sock_fprog* program) {
    return sys::is_readable(program, sizeof *program) && program->len > 0 && program->len <= BPF_MAXINSNS &&
           sys::is_readable(program->filter, program->len * sizeof(sock_filter));
}

bool is_obeyed(const KeptFilter& kept) { return load_acquire(kept.active) != 0 && (!is_guests(kept) || is_own(kept)); }

}  // namespace

KeptFilter* keep(const sock_fprog* program, bool is_guest) {
    if (!is_program(program)) return nullptr;
    KeptFilter* equal = is_guest ? nullptr : find([&](KeptFilter& each) { return share(each, *program); });
    return equal ? equal : keep_copy(program, is_guest || find(is_own));
}

KeptFilter* keep_strict(bool is_guest) { return keep_copy(nullptr, is_guest || find(is_own)); }

const Filter& filter_of(const KeptFilter& kept) { return kept.filter; }

void activate(KeptFilter& kept) {
    fetch_add(kept.active, 1u);
    fetch_add(g_active, 1u);
}

void forget(KeptFilter& kept) {
    fetch_add(kept.active, ~0u);
    fetch_add(g_active, ~0u);
    fetch_add(kept.holders, ~0u);
}

void settle_guests() {
    find([](KeptFilter& kept) {
        if (is_guests(kept)) store_release(kept.guest, is_own(kept) ? 0u : kept.guest | FUTEX_OWNER_DIED);
        return false;
    });
}

bool permits(const SystemCall& call) {
    if (is_obeyed(g_unkept)) return false;
    return !find([&](const KeptFilter& kept) { return is_obeyed(kept) && !passes(kept.filter, call); });
}

}  // namespace dregs::sandbox
