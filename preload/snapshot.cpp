#include "preload/snapshot.h"

#include <cerrno>

#include "preload/state.h"
#include "preload/system/text.h"

namespace dregs {
namespace {

constexpr unsigned kAttempts = 1000;
constexpr std::uint64_t kPageOffset = 4095;

// A label is any text: only what cannot be misread in a file name is kept.
char safe(char c) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    return plain ? c : '_';
}

// The trace's path with `.label` before its suffix, and `.2` ... where that exists already.
int create_beside(const char* trace, const char* label, char (&path)[kPathBytes]) {
    std::size_t suffix = text_length(trace);
    for (std::size_t i = suffix; i > 0 && trace[i] != '/'; --i) {
        if (trace[i] == '.') {
            suffix = i;
            break;
        }
    }
    for (unsigned attempt = 1; attempt <= kAttempts; ++attempt) {
        Text text(path, kPathBytes);
        for (std::size_t i = 0; i < suffix; ++i) text.add(trace[i]);
        text.add('.');
        for (const char* c = label; *c; ++c) text.add(safe(*c));
        if (attempt > 1) text.add('.').add(std::uint64_t{attempt});
        text.add(trace + suffix);
        if (text.cut()) return -ENAMETOOLONG;
        const int descriptor = sys::create_file(path);
        if (descriptor != -EEXIST) return descriptor;
    }
    return -EEXIST;
}

// The new file, mapped as far as the trace may reach while it is copied.
struct Copy {
    int descriptor;
    std::uint64_t bytes;  // of the mapping
    char* address;
    int error;   // the first one
    char* path;  // in pages of its own: hooks run on small stacks
};

int create_copy(const char* label, Copy& copy) {
    copy.path = static_cast<char*>(sys::map_private(kPathBytes));
    if (!copy.path) return -ENOMEM;
    return create_beside(g_state.file.path(), label, *reinterpret_cast<char(*)[kPathBytes]>(copy.path));
}

int open_copy(const char* label, Copy& copy) {
    copy.descriptor = create_copy(label, copy);
    if (copy.descriptor < 0) return copy.descriptor;
    g_state.file.each_chunk(
        [&](const char*, std::uint64_t offset, std::uint64_t bytes) { copy.bytes = offset + bytes; });
    if (copy.bytes > sys::file_size_limit()) return -EFBIG;
    if (const int error = sys::set_file_size(copy.descriptor, copy.bytes); error < 0) return error;
    copy.address = static_cast<char*>(sys::map_file(copy.descriptor, 0, copy.bytes));
    return copy.address ? 0 : -ENOMEM;
}

// Neither a full disk nor a trace that somebody cut off may be a SIGBUS. The trace's pages that were never used are
// read here, too: a full tmpfs has none for them.
int make_present(const Copy& copy, const char* source, std::uint64_t to, std::uint64_t bytes) {
    const std::uint64_t before = to & kPageOffset;
    const std::uint64_t whole = (before + bytes + kPageOffset) & ~kPageOffset;
    int error = sys::populate(copy.address + (to - before), whole);
    if (error == -EINVAL) return sys::allocate_file(copy.descriptor, to - before, whole);  // before Linux 5.14
    if (error == 0) error = sys::populate_for_reading(source - before, whole);
    return error == -EFAULT ? -ENOSPC : error;
}

void copy_range(Copy& copy, std::uint64_t begin, std::uint64_t end) {
    g_state.file.each_chunk([&](const char* address, std::uint64_t offset, std::uint64_t bytes) {
        const std::uint64_t from = begin > offset ? begin : offset;
        const std::uint64_t to = end < offset + bytes ? end : offset + bytes;
        if (from >= to || copy.error) return;
        copy.error = make_present(copy, address + (from - offset), from, to - from);
        if (!copy.error) __builtin_memcpy(copy.address + from, address + (from - offset), to - from);
    });
}

// Visits the part of each segment of a table that is in use and within the copy.
template <typename Visit>
void each_segment(const Copy& copy, const format::Table& table, Visit visit) {
    std::uint64_t first = 0;
    for (unsigned segment = 0; segment < format::kMaxSegments && table.segment_offset[segment]; ++segment) {
        const std::uint64_t records = std::uint64_t{table.first_records} << segment;
        const std::uint64_t offset = table.segment_offset[segment];
        const std::uint64_t used = table.count > first ? table.count - first : 0;
        const std::uint64_t count = used < records ? used : records;
        if (offset + count * table.record_bytes <= copy.bytes) visit(first, offset, count);
        first += records;
    }
}

// Statuses of all scope records at one moment. Null `at`: none could be kept.
struct Statuses {
    std::uint64_t* at;
    std::uint64_t count;

    std::size_t bytes() const { return count * sizeof(std::uint64_t); }
};

Statuses read_statuses() {
    Statuses statuses{nullptr, load_acquire(g_state.file.header().tables[format::kScopes].count)};
    statuses.at = static_cast<std::uint64_t*>(sys::map_private(statuses.bytes()));
    if (!statuses.at) return statuses;
    for (std::uint64_t i = 1; i < statuses.count; ++i) {
        const format::Scope* scope = g_state.scopes.find(static_cast<std::uint32_t>(i));
        if (scope) statuses.at[i] = load_acquire(scope->status);
    }
    return statuses;
}

// Blocks refer to what is in the tables, so the tables come after the blocks, and the header, which says how much of
// the tables there is, last. Not yet the word that says that this is a trace.
void copy_in_order(Copy& copy) {
    const format::Header& live = g_state.file.header();
    copy_range(copy, format::kHeaderBytes, load_acquire(live.file_bytes));
    for (unsigned id = 0; id < format::kTableCount; ++id) {
        const format::Table table = live.tables[id];
        // What was released after the blocks were copied would count twice.
        if (id == format::kSideBlocks || id == format::kReleases) continue;
        each_segment(copy, table, [&](std::uint64_t, std::uint64_t offset, std::uint64_t count) {
            copy_range(copy, offset, offset + count * table.record_bytes);
        });
    }
    copy_range(copy, sizeof live.magic, format::kHeaderBytes);
}

// A scope that changed while blocks were copied may be another instance than some of them knew, or may have closed
// after them: they must be innocent, so the copy calls it open.
void open_changed_scopes(const Copy& copy, const Statuses& before) {
    const auto& header = *reinterpret_cast<const format::Header*>(copy.address);
    each_segment(copy, header.tables[format::kScopes],
                 [&](std::uint64_t first, std::uint64_t offset, std::uint64_t count) {
                     auto* scopes = reinterpret_cast<format::Scope*>(copy.address + offset);
                     for (std::uint64_t i = 0; i < count; ++i) {
                         const bool same = first + i < before.count && before.at[first + i] == scopes[i].status;
                         const bool in_use = format::scope_state(scopes[i].status) != format::ScopeState::kFree;
                         if (same || !in_use) continue;
                         scopes[i].status = (scopes[i].status & ~std::uint64_t{format::kScopeStateMask}) |
                                            static_cast<std::uint32_t>(format::ScopeState::kOpen);
                     }
                 });
}

// What began to exist beyond the copy's end is not in it.
void drop_what_lies_beyond(Copy& copy) {
    auto& header = *reinterpret_cast<format::Header*>(copy.address);
    if (header.file_bytes > copy.bytes) header.file_bytes = copy.bytes;
    for (format::Table& table : header.tables) {
        for (unsigned segment = 0; segment < format::kMaxSegments; ++segment) {
            const std::uint64_t bytes = (std::uint64_t{table.first_records} << segment) * table.record_bytes;
            if (table.segment_offset[segment] + bytes > copy.bytes) table.segment_offset[segment] = 0;
        }
    }
    each_segment(copy, header.tables[format::kLeaves], [&](std::uint64_t, std::uint64_t offset, std::uint64_t count) {
        auto* leaves = reinterpret_cast<format::Leaf*>(copy.address + offset);
        for (std::uint64_t i = 0; i < count; ++i) {
            if (leaves[i].offset + format::kLeafBytes > copy.bytes) leaves[i].offset = 0;
        }
    });
}

format::StringRef keep_label(const char* label) {
    SlowSection section(g_state.lock);
    return section.held() ? g_state.strings.intern(label) : 0;
}

// Whoever is killed before leaves a file that is no trace, rather than one with half the blocks.
int seal(const Copy& copy) {
    auto& header = *reinterpret_cast<format::Header*>(copy.address);
    const int error = sys::set_file_size(copy.descriptor, header.file_bytes);
    asm volatile("" ::: "memory");
    if (error == 0) __builtin_memcpy(header.magic, format::kMagic, sizeof header.magic);
    return error;
}

int write_copy(Copy& copy, const char* label) {
    const format::StringRef label_text = keep_label(label);
    const Statuses before = read_statuses();
    if (!before.at) return -ENOMEM;
    copy_in_order(copy);
    if (!copy.error) {
        open_changed_scopes(copy, before);
        drop_what_lies_beyond(copy);
        auto& header = *reinterpret_cast<format::Header*>(copy.address);
        header.snapshot_realtime_ns = sys::realtime_ns();
        header.snapshot_label = label_text;
        copy.error = seal(copy);
    }
    sys::unmap(before.at, before.bytes());
    return copy.error;
}

}  // namespace

DREGS_COLD void take_snapshot(const char* label) {
    Copy copy{-1, 0, nullptr, 0, nullptr};
    int error = open_copy(label, copy);
    if (error == 0) error = write_copy(copy, label);
    if (copy.address) sys::unmap(copy.address, copy.bytes);
    if (copy.descriptor >= 0) sys::close_file(copy.descriptor);
    if (error != 0 && copy.descriptor >= 0) sys::remove_file(copy.path);
    if (copy.path) sys::unmap(copy.path, kPathBytes);
    if (error == 0) return;
    SlowSection section(g_state.lock);
    if (section.held()) g_state.notes.add(format::NoteCode::kSnapshotFailed, -error, label, g_state.clock.now_cs());
}

}  // namespace dregs
