// See trace_writer.h.
#include "analyzer/trace/trace_writer.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace dregs {
TraceWriter::TraceWriter()
    : image_(format::kHeaderBytes),
      strings_(8),  // index 0 is "no string"
      modules_(1),
      nodes_(format::kStackRoots),
      scopes_(1),
      kinds_(1),
      kind_counters_(1),
      threads_(2),
      notes_(1) {
    std::memcpy(header_.magic, format::kMagic, sizeof(header_.magic));
    header_.version = format::kVersion;
    header_.header_bytes = format::kHeaderBytes;
    header_.machine = format::kMachineX86_64;
    header_.granule_bytes = format::kGranuleBytes;
    header_.writer = format::Writer::kImport;
    header_.state = format::ProcessState::kExited;
    threads_[1].tid = 1;
}

format::StringRef TraceWriter::add_string(std::string_view text) {
    if (const auto known = known_strings_.find(text); known != known_strings_.end()) return known->second;
    const auto ref = static_cast<format::StringRef>(strings_.size());
    known_strings_.emplace(text, ref);
    const auto length = static_cast<std::uint32_t>(text.size());
    strings_.resize(strings_.size() + sizeof(length) + (text.size() + 3) / 4 * 4);
    std::memcpy(&strings_[ref], &length, sizeof(length));
    if (!text.empty()) std::memcpy(&strings_[ref + sizeof(length)], text.data(), text.size());
    return ref;
}

std::uint32_t TraceWriter::add_module(const format::Module& module) {
    modules_.push_back(module);
    return static_cast<std::uint32_t>(modules_.size() - 1);
}

std::uint32_t TraceWriter::add_node(std::uint32_t parent, std::uint64_t location) {
    const auto [known, fresh] = known_nodes_.emplace(std::pair(parent, location), nodes_.size());
    if (fresh) nodes_.push_back({parent, 0, location});
    return known->second;
}

std::uint32_t TraceWriter::add_named_stack(const std::vector<std::string_view>& functions) {
    static_assert(format::kPcBits >= 32);
    std::uint32_t node = format::kStackWhole;
    for (auto name = functions.rbegin(); name != functions.rend(); ++name) {
        node = add_node(node, format::make_location(add_string(*name), format::kNamedModule, true));
    }
    return node;
}

std::uint32_t TraceWriter::add_kind(std::string_view name, std::uint32_t parent) {
    kinds_.push_back({add_string(name), parent});
    return static_cast<std::uint32_t>(kinds_.size() - 1);
}

std::uint32_t TraceWriter::add_scope(const format::Scope& scope) {
    scopes_.push_back(scope);
    return static_cast<std::uint32_t>(scopes_.size() - 1);
}

format::KindCounters& TraceWriter::kind_counters(std::uint32_t kind) {
    const auto known = std::find_if(kind_counters_.begin() + 1, kind_counters_.end(),
                                    [kind](const format::KindCounters& counters) { return counters.kind == kind; });
    return known != kind_counters_.end() ? *known : add_kind_counters(kind);
}

format::KindCounters& TraceWriter::add_kind_counters(std::uint32_t kind) {
    kind_counters_.push_back({});
    kind_counters_.back().kind = kind;
    kind_counters_.back().thread = 1;
    return kind_counters_.back();
}

void TraceWriter::set_word(std::uint64_t address, format::Word word) {
    auto& words = leaves_[address / format::kLeafSpan * format::kLeafSpan];
    words.resize(format::kLeafWords);
    words[address % format::kLeafSpan / format::kGranuleBytes] = word;
}

void TraceWriter::add_block(std::uint64_t address, std::uint64_t bytes, std::uint32_t stack, std::uint32_t scope) {
    set_word(address, format::make_block_word(address, bytes, stack, scope));
    if (bytes >= format::kInlineSizeLimit) set_word(address + format::kGranuleBytes, format::make_size_word(bytes));
    ++thread().alloc_calls;
    thread().alloc_bytes += bytes;
}

void TraceWriter::add_release(const format::Release& release) {
    header_.ledger = 1;
    releases_.resize(std::max<std::size_t>(releases_.size(), 1));
    releases_.push_back(release);
}

std::uint64_t TraceWriter::reserve(std::uint64_t bytes) {
    const std::uint64_t offset = image_.size();
    image_.resize(offset + (bytes + 7) / 8 * 8);
    return offset;
}

template <class T>
void TraceWriter::write_table(format::TableId id, const std::vector<T>& records, std::uint32_t first_records) {
    format::Table& table = header_.tables[id];
    table.record_bytes = sizeof(T);
    table.first_records = first_records;
    table.count = records.size();
    std::size_t done = 0;
    for (unsigned segment = 0; done < records.size(); ++segment) {
        const std::size_t capacity = std::size_t{first_records} << segment;
        const std::size_t count = std::min(capacity, records.size() - done);
        table.segment_offset[segment] = reserve(capacity * sizeof(T));
        std::memcpy(&image_[table.segment_offset[segment]], &records[done], count * sizeof(T));
        done += count;
    }
}

void TraceWriter::write_leaves() {
    std::vector<format::Leaf> leaves(1);
    leaves.reserve(leaves_.size() + 1);
    for (const auto& [address, words] : leaves_) {
        const std::uint64_t offset = reserve(format::kLeafBytes);
        std::memcpy(&image_[offset], words.data(), format::kLeafBytes);
        leaves.push_back({address, offset});
    }
    write_table(format::kLeaves, leaves);
}

std::vector<std::uint8_t> TraceWriter::finish() {
    image_.resize(format::kHeaderBytes);
    // One segment: a string lies within one.
    write_table(format::kStrings, strings_, std::bit_ceil(static_cast<std::uint32_t>(strings_.size())));
    write_table(format::kModules, modules_);
    write_table(format::kStackNodes, nodes_);
    write_table(format::kScopes, scopes_);
    write_table(format::kKinds, kinds_);
    write_table(format::kKindCounters, kind_counters_);
    write_table(format::kThreads, threads_);
    write_table(format::kSideBlocks, side_blocks_);
    write_table(format::kNotes, notes_);
    if (header_.ledger != 0) write_table(format::kReleases, releases_);
    if (!scope_edges_.empty()) write_table(format::kScopeEdges, scope_edges_);
    write_leaves();
    header_.file_bytes = image_.size();
    std::memcpy(image_.data(), &header_, sizeof(header_));
    return image_;
}

}  // namespace dregs
