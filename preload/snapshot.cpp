#include "preload/snapshot.h"

#include <cerrno>

#include "preload/state.h"
#include "preload/system/text.h"

namespace dregs {
namespace {

constexpr unsigned kAttempts = 1000;

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

struct Copy {
    int descriptor;
    std::uint64_t bytes;
    char* address;
};

int open_copy(const char* label, Copy& copy) {
    char path[kPathBytes];
    copy.descriptor = create_beside(g_state.file.path(), label, path);
    if (copy.descriptor < 0) return copy.descriptor;
    copy.bytes = (load_acquire(g_state.file.header().file_bytes) + 4095) & ~std::uint64_t{4095};
    int error = sys::set_file_size(copy.descriptor, copy.bytes);
    if (error == 0) error = sys::allocate_file(copy.descriptor, 0, copy.bytes);
    if (error < 0) return error;
    copy.address = static_cast<char*>(sys::map_file(copy.descriptor, 0, copy.bytes));
    return copy.address ? 0 : -ENOMEM;
}

void copy_chunks(const Copy& copy) {
    g_state.file.each_chunk([&](const char* address, std::uint64_t offset, std::uint64_t used) {
        if (offset >= copy.bytes) return;
        const std::uint64_t bytes = offset + used <= copy.bytes ? used : copy.bytes - offset;
        __builtin_memcpy(copy.address + offset, address, bytes);
    });
}

// A record that was used again while blocks were copied may be the wrong instance for some of them: those must be
// innocent, so the copy calls it open.
void open_changed_scopes(const Copy& copy) {
    const format::Table& table = reinterpret_cast<const format::Header*>(copy.address)->tables[format::kScopes];
    std::uint64_t index = 0;
    for (unsigned segment = 0; segment < format::kMaxSegments && table.segment_offset[segment]; ++segment) {
        const std::uint64_t records = std::uint64_t{table.first_records} << segment;
        auto* scopes = reinterpret_cast<format::Scope*>(copy.address + table.segment_offset[segment]);
        for (std::uint64_t i = 0; i < records; ++i, ++index) {
            const format::Scope* now = g_state.scopes.find(static_cast<std::uint32_t>(index));
            if (!now) continue;
            const std::uint64_t was = scopes[i].status;
            if (format::scope_generation(was) == format::scope_generation(load_acquire(now->status))) continue;
            scopes[i].status =
                (was & ~std::uint64_t{format::kScopeStateMask}) | static_cast<std::uint32_t>(format::ScopeState::kOpen);
        }
    }
}

}  // namespace

DREGS_COLD void take_snapshot(const char* label) {
    Copy copy{-1, 0, nullptr};
    const int error = open_copy(label, copy);
    if (error == 0) {
        copy_chunks(copy);
        open_changed_scopes(copy);
        auto* header = reinterpret_cast<format::Header*>(copy.address);
        header->snapshot_realtime_ns = sys::realtime_ns();
        sys::unmap(copy.address, copy.bytes);
    }
    if (copy.descriptor >= 0) sys::close_file(copy.descriptor);
    if (error == 0) return;
    SlowSection section(g_state.lock);
    if (section.held()) g_state.notes.add(format::NoteCode::kSnapshotFailed, -error, label, g_state.clock.now_cs());
}

}  // namespace dregs
