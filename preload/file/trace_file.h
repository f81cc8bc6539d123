// The mapped trace file: creation under a name that nothing has yet, space in it, and what could not be had.
//
// Owns: the header, the mappings and the space handed out. Space is only ever added: an address once given stays good
// for the life of the process. The file is extended in chunks; each is one mapping, reached by opening the file again
// for a moment, so that no descriptor is held. Every page is populated before use: a full disk is an error here, not a
// SIGBUS. After a failure nothing more is tried for a second: each try may cost as much as an allocation a thousand
// times, and room may come back. Zero bytes are a valid closed file.
#pragma once

#include "dregs/trace_format.h"
#include "preload/system/atomics.h"
#include "preload/system/options.h"
#include "preload/system/own_descriptors.h"
#include "preload/system/sys.h"

namespace dregs {

class TraceFile {
  public:
    // Creates the file and its header. 0 or the error (negative errno) of the last name tried.
    int create(const Options& options, const char* program);
    bool is_open() const { return header_ != nullptr; }
    format::Header& header() { return *header_; }
    const char* path() const { return path_; }

    // Space in the file, aligned to `alignment` (a power of two up to a page), zeroed but not yet populated.
    // Null when the file cannot grow: the caller counts what it cannot record. Callers hold the slow lock.
    void* reserve(std::uint64_t bytes, std::uint64_t alignment, std::uint64_t& offset);
    // Makes reserved space usable. False: no room on the disk.
    bool populate(void* at, std::uint64_t bytes);

    // The file may not be able to grow any more (`populate`: nor its pages be populated): takes a large part more as
    // long as that can be done, unless that has been done before. Callers hold the slow lock.
    void take_last_chunk(bool populate);

    // For files that whoever holds the slow lock opens.
    sys::HelperStack& helper_stack() { return helper_stack_; }

    // Leaves a message for the reader; the same again only counts. Callers hold the slow lock or are alone.
    void note(format::NoteCode code, int error, const char* detail) {
        if (note_sink_) note_sink_(note_context_, code, error, detail);
    }
    // Who keeps those messages.
    using NoteSink = void (*)(void* context, format::NoteCode code, int error, const char* detail);
    void keep_notes_in(NoteSink sink, void* context);

    // Calls visit(address, file offset, bytes) for each mapping. Needs no lock.
    template <typename Visit>
    void each_chunk(Visit visit) const {
        const std::uint32_t count = load_acquire(chunk_count_);
        for (std::uint32_t i = 0; i < count; ++i) visit(chunks_[i].address, chunks_[i].offset, chunks_[i].bytes);
    }

  private:
    struct Chunk {
        char* address;
        std::uint64_t offset;
        std::uint64_t bytes;
        std::uint64_t used;
        std::uint64_t populated;  // the first so many bytes need no more
    };
    static constexpr std::uint32_t kMaxChunks = 4096;

    int create_here(const Options& options, const char* program);
    int create_under_free_name(const Options& options, const char* program);
    int map_header(int descriptor);
    bool add_chunk(std::uint64_t least_bytes);
    int extend(std::uint64_t bytes);
    int extend_here(std::uint64_t bytes);
    int map_chunk(int descriptor, std::uint64_t bytes);
    bool give_up(std::uint64_t& until_ns, int error);
    bool is_populated(std::uintptr_t begin, std::uintptr_t end) const;
    void populate_ahead(Chunk& chunk, std::uint64_t bytes);

    format::Header* header_;
    std::uint32_t chunk_count_;  // rises when the chunk is filled in
    bool cannot_populate_;       // the kernel is too old: chunks are allocated on the disk instead
    std::uint64_t no_chunk_until_ns_;
    std::uint64_t no_pages_until_ns_;
    NoteSink note_sink_;
    void* note_context_;
    sys::FileIdentity identity_;
    Chunk chunks_[kMaxChunks];
    sys::HelperStack helper_stack_;
    char path_[kPathBytes];
};

// Writes the path that `pattern` means for a process: %n, %p, %%; `attempt` above 1 goes before the suffix (a.2.dregs).
// Relative patterns are made absolute, for the program may change its directory. False: too long.
bool expand_output(const char* pattern, const char* program, std::uint32_t pid, unsigned attempt,
                   char (&out)[kPathBytes]);

}  // namespace dregs
