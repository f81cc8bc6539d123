#include "preload/file/table.h"

namespace dregs {
namespace {

constexpr std::uint64_t kLeastWindow = 4 << 10;
constexpr std::uint64_t kMostWindow = 256 << 10;

constexpr std::uint64_t smaller(std::uint64_t a, std::uint64_t b) { return a < b ? a : b; }

// How much is made present at a time, by what is in use: few calls for a large table, little waste in a small one.
constexpr std::uint64_t window_bytes(std::uint64_t used) {
    return used / 4 < kLeastWindow ? kLeastWindow : smaller(used / 4, kMostWindow);
}

// As the reports name what is in it.
const char* name_of(format::TableId id) {
    switch (id) {
        case format::kStrings:
            return "names";
        case format::kModules:
            return "modules";
        case format::kStackNodes:
            return "call stacks";
        case format::kLeaves:
            return "pages of the block map";
        case format::kScopes:
            return "scopes";
        case format::kKinds:
            return "scope kinds";
        case format::kKindCounters:
            return "counters of scope kinds";
        case format::kThreads:
            return "threads";
        case format::kSideBlocks:
            return "blocks beside the block map";
        case format::kScopeEdges:
            return "places where scopes begin and end";
        case format::kReleases:
            return "releases";
        default:
            return "records";
    }
}

}  // namespace

void TableSegments::attach(TraceFile& file, SlowLock& lock, format::TableId id, std::uint32_t record_bytes,
                           std::uint32_t first_records, std::uint32_t first_index) {
    file_ = &file;
    lock_ = &lock;
    header_ = &file.header().tables[id];
    shift_ = static_cast<unsigned>(__builtin_ctz(first_records));
    header_->record_bytes = record_bytes;
    header_->first_records = first_records;
    store_release(header_->count, std::uint64_t{first_index});
}

DREGS_COLD bool TableSegments::add_segment(unsigned number, Populate populate) {
    if (number >= format::kMaxSegments) return false;
    if (segments_[number]) return true;
    std::uint64_t offset = 0;
    const std::uint64_t bytes = segment_records(number) * header_->record_bytes;
    void* space = file_->reserve(bytes, 64, offset);
    if (!space || (populate == Populate::kNow && !file_->populate(space, bytes))) return false;
    store_release(header_->segment_offset[number], offset);
    store_release(segments_[number], static_cast<char*>(space));
    return true;
}

DREGS_COLD bool TableSegments::grow(std::uint64_t index) {
    SlowSection section(*lock_);
    return section.held() && grow_locked(index);
}

DREGS_COLD bool TableSegments::grow_locked(std::uint64_t index) {
    while (usable_ <= index) {
        const unsigned number = segment_of(usable_, shift_);
        if (!add_segment(number, Populate::kLater)) return false;
        const std::uint64_t begin = first_index_of(number, shift_);
        const std::uint64_t window = window_bytes(usable_ * header_->record_bytes) / header_->record_bytes;
        const std::uint64_t end = smaller(begin + segment_records(number), usable_ + window);
        char* first = segments_[number] + (usable_ - begin) * header_->record_bytes;
        if (!file_->populate(first, (end - usable_) * header_->record_bytes)) return false;
        store_release(usable_, end);
    }
    return true;
}

DREGS_COLD void TableSegments::note_full() {
    if (load_relaxed(noted_full_)) return;
    SlowSection section(*lock_);
    if (section.held()) note_full_locked();
}

DREGS_COLD void TableSegments::note_full_locked() {
    if (noted_full_) return;
    store_relaxed(noted_full_, 1u);
    file_->note(format::NoteCode::kTableFull, 0,
                name_of(static_cast<format::TableId>(header_ - file_->header().tables)));
}

}  // namespace dregs
