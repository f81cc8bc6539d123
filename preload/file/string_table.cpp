#include "preload/file/string_table.h"

#include "preload/system/text.h"

namespace dregs {
namespace {

constexpr std::size_t kLongest = 1u << 15;

std::uint32_t text_hash(const char* text) {
    std::uint32_t hash = 2166136261u;  // FNV-1a
    for (; *text; ++text) hash = (hash ^ static_cast<unsigned char>(*text)) * 16777619u;
    return hash;
}

}  // namespace

DREGS_COLD format::StringRef StringTable::add(const char* text, std::size_t bytes) {
    if (bytes > kLongest) bytes = kLongest;
    const std::uint64_t needed = kLengthBytes + ((bytes + 3) & ~std::size_t{3});
    std::uint64_t index = header().count;
    // A string lies within one segment.
    const unsigned last = segment_of(index + needed - 1, kShift);
    if (segment_of(index, kShift) != last) index = first_index_of(last, kShift);
    if (index + needed > 0xFFFFFFFFu || !grow_locked(index + needed - 1)) return 0;
    char* at_index = &at(static_cast<std::uint32_t>(index));
    *reinterpret_cast<std::uint32_t*>(at_index) = static_cast<std::uint32_t>(bytes);
    for (std::size_t i = 0; i < bytes; ++i) at_index[kLengthBytes + i] = text[i];
    store_release(header().count, index + needed);
    return static_cast<format::StringRef>(index);
}

format::StringRef StringTable::add(const char* text) { return add(text, text_length(text)); }

const char* StringTable::text(format::StringRef string, std::uint32_t& length) const {
    const char* stored = &at(string);
    length = *reinterpret_cast<const std::uint32_t*>(stored);
    return stored + kLengthBytes;
}

bool StringTable::equals(format::StringRef string, const char* text) const {
    std::uint32_t length = 0;
    const char* stored = this->text(string, length);
    for (std::uint32_t i = 0; i < length; ++i) {
        if (!text[i] || text[i] != stored[i]) return false;
    }
    return !text[length] || length == kLongest;  // a longer one was cut when it was added
}

DREGS_COLD format::StringRef StringTable::intern(const char* text) {
    std::uint32_t slot = text_hash(text) % kInternSlots;
    for (; interned_[slot]; slot = (slot + 1) % kInternSlots) {
        if (equals(interned_[slot], text)) return interned_[slot];
    }
    if (interned_count_ >= kInternSlots / 2) return say_full(), 0;
    const format::StringRef string = add(text);
    if (string) interned_[slot] = string, ++interned_count_;
    return string;
}

}  // namespace dregs
