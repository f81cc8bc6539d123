#include "preload/file/trace_file.h"

#include <cerrno>

#include "preload/system/atomics.h"
#include "preload/system/attributes.h"
#include "preload/system/kept_filters.h"
#include "preload/system/text.h"

namespace dregs {
namespace {

constexpr std::uint64_t kPage = 4096;
// The first chunk holds the header and the first segment of every table; small, because most processes are.
constexpr std::uint64_t kFirstChunk = std::uint64_t{1} << 20;
constexpr std::uint64_t kLargestChunk = std::uint64_t{64} << 20;
// Made present ahead of a sandbox that forbids to do so later: enough for the blocks of some 16 MiB of heap.
constexpr std::uint64_t kSandboxPopulated = std::uint64_t{4} << 20;
constexpr unsigned kAttempts = 10'000;
constexpr std::uint64_t kRestNs = 1'000'000'000;
// Where the default name goes when the working directory cannot be written, or is no more.
constexpr char kFallbackOutput[] = "/tmp/%n.%p.dregs";

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t to) { return (value + to - 1) & ~(to - 1); }

bool is_resting(std::uint64_t until_ns) { return until_ns != 0 && sys::monotonic_coarse_ns() < until_ns; }

int create_first_free(const char* pattern, const char* program, char (&path)[kPathBytes]) {
    for (unsigned attempt = 1; attempt <= kAttempts; ++attempt) {
        if (!expand_output(pattern, program, sys::adopted_process(), attempt, path)) return -ENAMETOOLONG;
        const int descriptor = sys::create_file(path);
        if (descriptor != -EEXIST && descriptor != -ELOOP) return descriptor;
    }
    return -EEXIST;
}

}  // namespace

int TraceFile::create_under_free_name(const Options& options, const char* program) {
    const int descriptor = create_first_free(options.output, program, path_);
    const bool gone = descriptor == -ENOENT;
    const bool refused = descriptor == -EACCES || descriptor == -EROFS || descriptor == -EPERM;
    if (!(gone || refused) || options.output[0] != '.') return descriptor;
    return create_first_free(kFallbackOutput, program, path_);
}

DREGS_COLD int TraceFile::create(const Options& options, const char* program) {
    return sys::with_own_descriptors(helper_stack_, [&] { return create_here(options, program); });
}

int TraceFile::create_here(const Options& options, const char* program) {
    const int descriptor = create_under_free_name(options, program);
    if (descriptor < 0) return descriptor;
    const int error = map_header(descriptor);
    sys::close_file(descriptor);
    if (error != 0) sys::remove_file(path_);
    return error;
}

int TraceFile::map_header(int descriptor) {
    if (const int error = sys::file_identity(descriptor, identity_); error != 0) return error;
    if (const int error = map_chunk(descriptor, kFirstChunk); error != 0) return error;
    char* address = chunks_[0].address;
    const bool populated = populate(address, format::kHeaderBytes);
    const int error = !populated ? -ENOSPC : cannot_populate_ ? sys::allocate_file(descriptor, 0, kFirstChunk) : 0;
    if (error != 0) return sys::unmap(address, kFirstChunk), error;
    header_ = reinterpret_cast<format::Header*>(address);
    chunks_[0].used = format::kHeaderBytes;
    header_->file_bytes = format::kHeaderBytes;
    // Snapshots are written by this call. A filter from before the program began that kills for it does so here, at
    // once, and not some day.
    constexpr std::uint64_t kNothing = 0;
    (void)sys::write_at(descriptor, &kNothing, sizeof kNothing, 0);
    return 0;
}

// Extends the file by one mapping. The mapping's space is there only once it is populated.
int TraceFile::map_chunk(int descriptor, std::uint64_t bytes) {
    const Chunk* last = chunk_count_ ? &chunks_[chunk_count_ - 1] : nullptr;
    const std::uint64_t offset = last ? last->offset + last->bytes : 0;
    if (offset + bytes > sys::file_size_limit()) return -EFBIG;
    if (const int error = sys::set_file_size(descriptor, offset + bytes); error < 0) return error;
    if (cannot_populate_) {
        if (const int error = sys::allocate_file(descriptor, offset, bytes); error < 0) return error;
    }
    void* address = sys::map_file(descriptor, offset, bytes);
    if (!address) return -ENOMEM;
    chunks_[chunk_count_] = {static_cast<char*>(address), offset, bytes, 0, 0};
    store_release(chunk_count_, chunk_count_ + 1);  // a snapshot may be looking
    return 0;
}

DREGS_COLD bool TraceFile::give_up(std::uint64_t& until_ns, int error) {
    until_ns = sys::monotonic_coarse_ns() + kRestNs;
    const bool sandboxed = error == -EPERM && sandbox::is_present();
    note(format::NoteCode::kGrowthFailed, -error, sandboxed ? "the program's seccomp filter" : nullptr);
    return false;
}

// One chunk more.
int TraceFile::extend(std::uint64_t bytes) {
    return sys::with_own_descriptors(helper_stack_, [&] { return extend_here(bytes); });
}

int TraceFile::extend_here(std::uint64_t bytes) {
    const int descriptor = sys::reopen_file(path_);
    if (descriptor < 0) return descriptor;
    sys::FileIdentity found{};
    int error = sys::file_identity(descriptor, found);
    const bool same = found.device == identity_.device && found.inode == identity_.inode;
    if (error == 0) error = same ? map_chunk(descriptor, bytes) : -ESTALE;
    sys::close_file(descriptor);
    return error;
}

DREGS_COLD bool TraceFile::add_chunk(std::uint64_t least_bytes) {
    if (is_resting(no_chunk_until_ns_)) return false;
    if (chunk_count_ == kMaxChunks) return give_up(no_chunk_until_ns_, -EFBIG);
    std::uint64_t bytes = chunks_[chunk_count_ - 1].bytes * 2;
    if (bytes > kLargestChunk) bytes = kLargestChunk;
    if (bytes < least_bytes) bytes = round_up(least_bytes, kPage);
    const int error = extend(bytes);
    return error == 0 || give_up(no_chunk_until_ns_, error);
}

DREGS_COLD void TraceFile::take_last_chunk(bool populate) {
    if (is_resting(no_chunk_until_ns_) || chunk_count_ == kMaxChunks) return;
    if (populate) populate_ahead(chunks_[chunk_count_ - 1], kSandboxPopulated);
    const Chunk& last = chunks_[chunk_count_ - 1];
    if (last.bytes - last.used >= kLargestChunk / 2) return;
    for (std::uint64_t bytes = kLargestChunk; bytes >= kFirstChunk; bytes /= 4) {
        if (extend(bytes) != 0) continue;
        if (populate) populate_ahead(chunks_[chunk_count_ - 1], kSandboxPopulated);
        return;
    }
}

// The first pages that are not in use yet.
void TraceFile::populate_ahead(Chunk& chunk, std::uint64_t bytes) {
    const std::uint64_t end = round_up(chunk.used + bytes, kPage);
    bytes = end < chunk.bytes ? end : chunk.bytes;
    if (cannot_populate_ || sys::populate(chunk.address, bytes) == 0) chunk.populated = bytes;
}

bool TraceFile::is_populated(std::uintptr_t begin, std::uintptr_t end) const {
    for (std::uint32_t i = chunk_count_; i-- > 0;) {
        const auto first = reinterpret_cast<std::uintptr_t>(chunks_[i].address);
        if (begin >= first && end <= first + chunks_[i].populated) return true;
    }
    return false;
}

void* TraceFile::reserve(std::uint64_t bytes, std::uint64_t alignment, std::uint64_t& offset) {
    if (is_resting(no_pages_until_ns_)) return nullptr;
    Chunk* chunk = &chunks_[chunk_count_ - 1];
    if (round_up(chunk->used, alignment) + bytes > chunk->bytes) {
        if (!add_chunk(bytes)) return nullptr;
        chunk = &chunks_[chunk_count_ - 1];
    }
    const std::uint64_t begin = round_up(chunk->used, alignment);
    chunk->used = begin + bytes;
    offset = chunk->offset + begin;
    store_release(header_->file_bytes, offset + bytes);
    return chunk->address + begin;
}

bool TraceFile::populate(void* at, std::uint64_t bytes) {
    if (cannot_populate_) return true;
    const auto begin = reinterpret_cast<std::uintptr_t>(at) & ~(kPage - 1);
    const auto end = round_up(reinterpret_cast<std::uintptr_t>(at) + bytes, kPage);
    if (is_populated(begin, end)) return true;
    if (is_resting(no_pages_until_ns_)) return false;
    const int error = sys::populate(reinterpret_cast<void*>(begin), end - begin);
    if (error == 0) return true;
    if (error == -EINVAL) {
        // Before Linux 5.14: chunks are allocated on the disk instead, the first one by map_header().
        cannot_populate_ = true;
        return true;
    }
    return give_up(no_pages_until_ns_, error == -EFAULT ? -ENOSPC : error);
}

void TraceFile::keep_notes_in(NoteSink sink, void* context) {
    note_sink_ = sink;
    note_context_ = context;
}

}  // namespace dregs
