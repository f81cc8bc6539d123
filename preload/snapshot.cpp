#include "preload/snapshot.h"

#include <cerrno>

#include "preload/state.h"
#include "preload/system/text.h"

namespace dregs {
namespace {

constexpr unsigned kAttempts = 1000;
constexpr std::uint64_t kPage = 4096;

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

// What the work needs of memory: not on the stack, for hooks run on small ones. Its pages are used as they are needed.
constexpr std::size_t kBufferBytes = 64 << 10;
struct alignas(4096) Workspace {
    char buffer[kBufferBytes];  // a piece of the trace on its way
    char former[kBufferBytes];  // the same piece as it was before
    char path[kPathBytes];
    sys::HelperStack helper_stack;
};

// For when there is no more memory to be had, which is when a snapshot may be asked for.
Workspace g_spare;
std::uint32_t g_spare_user;  // the process that uses it; a forked child does not

struct Copy {
    int descriptor;
    std::uint64_t bytes;  // what is copied of the trace: no more than there was at the beginning
    int error;            // the first one
    Workspace* work;
};

Workspace* take_workspace() {
    if (void* own = sys::map_private(sizeof(Workspace))) return static_cast<Workspace*>(own);
    const std::uint32_t me = g_state.process;
    std::uint32_t user = load_relaxed(g_spare_user);
    return user != me && compare_exchange(g_spare_user, user, me) ? &g_spare : nullptr;
}

void give_back(Workspace* work) {
    if (work == &g_spare) return store_release(g_spare_user, 0u);
    if (work) sys::unmap(work, sizeof(Workspace));
}

int open_copy(const char* label, Copy& copy) {
    copy.descriptor = create_beside(g_state.file.path(), label, copy.work->path);
    if (copy.descriptor < 0) return copy.descriptor;
    g_state.file.each_chunk(
        [&](const char*, std::uint64_t offset, std::uint64_t bytes) { copy.bytes = offset + bytes; });
    return copy.bytes > sys::file_size_limit() ? -EFBIG : sys::set_file_size(copy.descriptor, copy.bytes);
}

// Asks for the limit each time, for another thread may set it: to write beyond is a signal.
void put(Copy& copy, std::size_t begin, std::size_t end, std::uint64_t offset) {
    if (begin >= end || copy.error) return;
    if (offset + end > sys::file_size_limit())
        copy.error = -EFBIG;
    else
        copy.error = sys::write_at(copy.descriptor, copy.work->buffer + begin, end - begin, offset + begin);
}

bool is_zero(const char* bytes, std::size_t count) {
    return bytes[0] == 0 && __builtin_memcmp(bytes, bytes + 1, count - 1) == 0;
}

// The file is all zeroes yet, and pages of such need no room in it.
void put_what_is_not_zero(Copy& copy, std::uint64_t offset, std::size_t bytes) {
    std::size_t begin = 0;
    for (std::size_t at = 0; at < bytes;) {
        const std::size_t page_end = at + kPage - ((offset + at) & (kPage - 1));
        const std::size_t next = page_end < bytes ? page_end : bytes;
        if (is_zero(copy.work->buffer + at, next - at)) {
            put(copy, begin, at, offset);
            begin = next;
        }
        at = next;
    }
    put(copy, begin, bytes, offset);
}

// A trace that somebody cut off is an error here and no SIGBUS; so are pages that were never used, for which a full
// tmpfs has no room.
int make_present(const char* source, std::uint64_t bytes) {
    const std::uint64_t before = reinterpret_cast<std::uintptr_t>(source) & (kPage - 1);
    const int error = sys::populate_for_reading(source - before, (before + bytes + kPage - 1) & ~(kPage - 1));
    if (error == -EINVAL) return 0;  // before Linux 5.14, where all of the file was allocated
    return error == -EFAULT ? -ENOSPC : error;
}

// Calls write(offset, bytes) for each piece of [begin, end) of the trace, which is in the buffer then.
template <typename Write>
void each_piece(Copy& copy, std::uint64_t begin, std::uint64_t end, Write write) {
    g_state.file.each_chunk([&](const char* address, std::uint64_t offset, std::uint64_t bytes) {
        const std::uint64_t to = end < offset + bytes ? end : offset + bytes;
        for (std::uint64_t at = begin > offset ? begin : offset; at < to && !copy.error;) {
            const std::size_t piece = to - at < kBufferBytes ? to - at : kBufferBytes;
            copy.error = make_present(address + (at - offset), piece);
            if (copy.error) return;
            __builtin_memcpy(copy.work->buffer, address + (at - offset), piece);
            write(at, piece);
            at += piece;
        }
    });
}

// Calls visit(first record, offset, records) for the part of each segment of a table that is in use and within the
// copy.
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

// `change(first record, offset, records)` may alter them in the buffer, where a piece is whole records.
static_assert(kBufferBytes % sizeof(format::Scope) == 0 && kBufferBytes % sizeof(format::Leaf) == 0);
template <typename Change>
void copy_table(Copy& copy, const format::Table& table, Change change) {
    each_segment(copy, table, [&](std::uint64_t first, std::uint64_t begin, std::uint64_t count) {
        each_piece(copy, begin, begin + count * table.record_bytes, [&](std::uint64_t offset, std::size_t bytes) {
            change(first + (offset - begin) / table.record_bytes, offset, bytes / table.record_bytes);
            put(copy, 0, bytes, offset);
        });
    });
}

// All but the header, in the order of the file. `scopes`: those are there already, as they were before.
void copy_blocks(Copy& copy, const format::Table& scopes) {
    const auto write = [&](std::uint64_t offset, std::size_t bytes) { put_what_is_not_zero(copy, offset, bytes); };
    std::uint64_t begin = format::kHeaderBytes;
    each_segment(copy, scopes, [&](std::uint64_t, std::uint64_t offset, std::uint64_t count) {
        each_piece(copy, begin, offset, write);
        begin = offset + count * scopes.record_bytes;
    });
    each_piece(copy, begin, load_acquire(g_state.file.header().file_bytes), write);
}

// A scope that changed while blocks were copied may be another instance than some of them knew, or may have closed
// after them: they must be innocent, so the copy calls it open.
void copy_scopes(Copy& copy, const format::Table& former, const format::Table& table) {
    copy_table(copy, table, [&](std::uint64_t first, std::uint64_t offset, std::uint64_t count) {
        const std::uint64_t more = former.count > first ? former.count - first : 0;
        const std::uint64_t known = more < count ? more : count;
        const auto* before = reinterpret_cast<const format::Scope*>(copy.work->former);
        auto* scopes = reinterpret_cast<format::Scope*>(copy.work->buffer);
        if (!copy.error)
            copy.error = sys::read_at(copy.descriptor, copy.work->former, known * sizeof(format::Scope), offset);
        for (std::uint64_t i = 0; i < count; ++i) {
            const bool same = i < known && before[i].status == scopes[i].status;
            if (same || format::scope_state(scopes[i].status) == format::ScopeState::kFree) continue;
            scopes[i].status = (scopes[i].status & ~std::uint64_t{format::kScopeStateMask}) |
                               static_cast<std::uint32_t>(format::ScopeState::kOpen);
        }
    });
}

// What began to exist beyond the copy's end is not in it.
void copy_leaves(Copy& copy, const format::Table& table) {
    copy_table(copy, table, [&](std::uint64_t, std::uint64_t, std::uint64_t count) {
        auto* leaves = reinterpret_cast<format::Leaf*>(copy.work->buffer);
        for (std::uint64_t i = 0; i < count; ++i) {
            if (leaves[i].offset + format::kLeafBytes > copy.bytes) leaves[i].offset = 0;
        }
    });
}

void copy_tables(Copy& copy, const format::Table& former_scopes) {
    for (unsigned id = 0; id < format::kTableCount; ++id) {
        const format::Table table = g_state.file.header().tables[id];
        // What was released after the blocks were copied would count twice.
        if (id == format::kSideBlocks || id == format::kReleases) continue;
        if (id == format::kScopes)
            copy_scopes(copy, former_scopes, table);
        else if (id == format::kLeaves)
            copy_leaves(copy, table);
        else
            copy_table(copy, table, [](std::uint64_t, std::uint64_t, std::uint64_t) {});
    }
}

void drop_what_lies_beyond(const Copy& copy, format::Header& header) {
    if (header.file_bytes > copy.bytes) header.file_bytes = copy.bytes;
    for (format::Table& table : header.tables) {
        for (unsigned segment = 0; segment < format::kMaxSegments; ++segment) {
            const std::uint64_t bytes = (std::uint64_t{table.first_records} << segment) * table.record_bytes;
            if (table.segment_offset[segment] + bytes > copy.bytes) table.segment_offset[segment] = 0;
        }
    }
}

format::StringRef keep_label(const char* label) {
    SlowSection section(g_state.lock);
    return section.held() ? g_state.strings.intern(label) : 0;
}

// Without the word that says that this is a trace, and that word when all is there: whoever is killed before leaves a
// file that is no trace, rather than one with half the blocks.
void copy_header(Copy& copy, format::StringRef label) {
    each_piece(copy, 0, format::kHeaderBytes, [&](std::uint64_t, std::size_t bytes) {
        auto& header = *reinterpret_cast<format::Header*>(copy.work->buffer);
        drop_what_lies_beyond(copy, header);
        header.snapshot_realtime_ns = sys::realtime_ns();
        header.snapshot_label = label;
        put(copy, sizeof header.magic, bytes, 0);
        if (!copy.error) copy.error = sys::set_file_size(copy.descriptor, header.file_bytes);
        put(copy, 0, sizeof header.magic, 0);
    });
}

// Blocks refer to what is in the tables, so the tables come after the blocks, and the header, which says how much of
// the tables there is, last.
int write_copy(Copy& copy, format::StringRef label) {
    const format::Table scopes = g_state.file.header().tables[format::kScopes];
    copy_table(copy, scopes, [](std::uint64_t, std::uint64_t, std::uint64_t) {});
    copy_blocks(copy, scopes);
    copy_tables(copy, scopes);
    copy_header(copy, label);
    return copy.error;
}

int make_copy(const char* label, format::StringRef kept_label, Workspace* work) {
    Copy copy{-1, 0, 0, work};
    int error = open_copy(label, copy);
    if (error == 0) error = write_copy(copy, kept_label);
    if (copy.descriptor >= 0) sys::close_file(copy.descriptor);
    if (error != 0 && copy.descriptor >= 0) sys::remove_file(copy.work->path);
    return error;
}

}  // namespace

DREGS_COLD void take_snapshot(const char* label) {
    const format::StringRef kept_label = keep_label(label);
    Workspace* work = take_workspace();
    const int error =
        !work ? -ENOMEM
              : sys::with_own_descriptors(work->helper_stack, [&] { return make_copy(label, kept_label, work); });
    give_back(work);
    if (error == 0) return;
    SlowSection section(g_state.lock);
    if (section.held()) g_state.notes.add(format::NoteCode::kSnapshotFailed, -error, label, g_state.clock.now_cs());
}

}  // namespace dregs
