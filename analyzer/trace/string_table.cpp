// See string_table.h.
#include "analyzer/trace/string_table.h"

#include <absl/strings/str_cat.h>

#include <cstring>

#include "analyzer/trace/error.h"

namespace dregs {
namespace {

// A command line may be long; anything longer is damage, not text.
constexpr std::uint32_t kMaxStringBytes = 4u << 20;

}  // namespace

StringTable::StringTable(const ByteSource& source, const format::Header& header)
    : name_(source.name()), layout_(source, header, format::kStrings), bytes_(source, header, format::kStrings) {}

void StringTable::fail(format::StringRef ref, const std::string& what) const {
    throw TraceError(name_, layout_.offset_of(ref), absl::StrCat("string ", ref, what));
}

// A few megabytes could stand for a million texts of megabytes, each of which somebody keeps.
void StringTable::require_apart(format::StringRef ref, std::uint64_t end) const {
    const auto [own, is_new] = told_.try_emplace(ref, end);
    if (!is_new) return;
    const auto next = std::next(own);
    const bool within = own != told_.begin() && std::prev(own)->second > ref;
    if (!within && (next == told_.end() || next->first >= end)) return;
    told_.erase(own);
    fail(ref, " shares bytes with another");
}

std::string_view StringTable::at(format::StringRef ref) const {
    if (ref == 0) return {};
    std::uint32_t length = 0;
    const std::uint64_t text = std::uint64_t{ref} + sizeof(length);
    if (text > bytes_.size()) fail(ref, " is beyond the string table");
    std::memcpy(&length, bytes_.data() + ref, sizeof(length));
    if (length > kMaxStringBytes || length > bytes_.size() - text) {
        fail(ref, absl::StrCat(" has the impossible length ", length));
    }
    require_apart(ref, text + length);
    return {reinterpret_cast<const char*>(bytes_.data()) + text, length};
}

}  // namespace dregs
