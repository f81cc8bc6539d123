// See foreign_heap.h.
#include "analyzer/import/foreign_heap.h"

#include <algorithm>

namespace dregs {
namespace {

// Fewer blocks than this are not worth a leaf of 16 KiB.
constexpr std::ptrdiff_t kFewBlocks = 64;

}  // namespace

ForeignHeap::ForeignHeap(std::string_view program, std::string_view source) {
    writer_.header().program = writer_.add_string(program);
    writer_.header().allocator = writer_.add_string(source);
}

std::uint32_t ForeignHeap::add_frame(std::uint32_t caller, const NamedFrame& frame) {
    const format::StringRef name = writer_.add_string(encode_named_frame(frame));
    return writer_.add_node(caller, format::make_location(name, format::kNamedModule, true));
}

std::uint32_t ForeignHeap::kind_of(std::string_view name, std::uint32_t parent) {
    const auto [known, fresh] = kinds_.emplace(name, 0);
    if (fresh) known->second = writer_.add_kind(name, parent);
    return known->second;
}

std::uint32_t ForeignHeap::add_scope(std::string_view kind, std::uint32_t parent, std::string_view label) {
    const auto outer = kind_of_scope_.find(parent);
    format::Scope scope{};
    scope.kind = kind_of(kind, outer == kind_of_scope_.end() ? 0 : outer->second);
    scope.status = static_cast<std::uint64_t>(format::ScopeState::kOpen) | format::kScopeUnbound;
    scope.parent = parent;
    scope.tid = 1;
    label.copy(scope.label, sizeof scope.label);
    ++entered_[scope.kind];
    const std::uint32_t index = writer_.add_scope(scope);
    kind_of_scope_[index] = scope.kind;
    return index;
}

void ForeignHeap::add_block(std::uint64_t address, std::uint64_t bytes, std::uint32_t stack, std::uint32_t scope) {
    blocks_.push_back({address, bytes, stack, scope});
}

void ForeignHeap::write_aside(const ForeignBlock& block) {
    writer_.add_side_block({block.address, block.stack, block.scope, block.bytes, 0, 0});
    ++writer_.thread().alloc_calls;
    writer_.thread().alloc_bytes += block.bytes;
}

// A large block keeps its size in the next granule's word, so it needs both.
void ForeignHeap::write_leaf(Blocks::const_iterator begin, Blocks::const_iterator end) {
    const bool few = end - begin < kFewBlocks;
    for (auto block = begin; block != end; ++block) {
        const std::uint64_t granule = block->address / format::kGranuleBytes * format::kGranuleBytes;
        if (few || block->address % 8 != 0 || granule < free_from_) {
            write_aside(*block);
            continue;
        }
        writer_.add_block(block->address, block->bytes, block->stack, block->scope);
        free_from_ = granule + format::kGranuleBytes * (block->bytes >= format::kInlineSizeLimit ? 2 : 1);
    }
}

std::vector<std::uint8_t> ForeignHeap::finish() {
    std::ranges::stable_sort(blocks_, {}, &ForeignBlock::address);
    for (const ForeignBlock& block : blocks_) {
        if (block.scope != 0) ++writer_.scope(block.scope).live;
    }
    for (auto begin = blocks_.cbegin(); begin != blocks_.cend();) {
        const std::uint64_t leaf = begin->address / format::kLeafSpan;
        const auto end = std::find_if(begin, blocks_.cend(),
                                      [leaf](const ForeignBlock& b) { return b.address / format::kLeafSpan != leaf; });
        write_leaf(begin, end);
        begin = end;
    }
    for (const auto& [kind, entered] : entered_) writer_.add_kind_counters(kind).entered = entered;
    return writer_.finish();
}

}  // namespace dregs
