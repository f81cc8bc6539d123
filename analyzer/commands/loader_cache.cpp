// See loader_cache.h. The layout, offsets from where the magic stands:
//
//   0 magic "glibc-ld.so.cache1.1"   20 count   24 bytes of strings   28 ...   48 entries, 24 bytes each:
//   0 flags   4 offset of the name   8 offset of the path   12 ...
#include "analyzer/commands/loader_cache.h"

#include <cstdint>
#include <cstring>
#include <string_view>

#include "analyzer/files/regular_file.h"

namespace dregs {
namespace {

constexpr std::size_t kMostBytes = 64 << 20;  // they have some 100 KB
constexpr std::string_view kMagic = "glibc-ld.so.cache1.1";
constexpr std::size_t kCountAt = 20;
constexpr std::size_t kEntriesAt = 48;
constexpr std::size_t kEntryBytes = 24;
constexpr std::uint32_t kLibc6X86_64 = 0x0303;  // FLAG_ELF_LIBC6 and FLAG_X8664_LIB64
constexpr std::uint32_t kFlagMask = 0xffff;

std::uint32_t number_at(std::string_view bytes, std::size_t offset) {
    std::uint32_t number = 0;
    if (bytes.size() >= sizeof number && offset <= bytes.size() - sizeof number)
        std::memcpy(&number, bytes.data() + offset, sizeof number);
    return number;
}

std::string text_at(std::string_view bytes, std::size_t offset) {
    if (offset >= bytes.size()) return "";
    const std::string_view rest = bytes.substr(offset);
    return std::string(rest.substr(0, rest.find('\0')));
}

}  // namespace

std::map<std::string, std::string> read_loader_cache(const std::string& path) {
    const std::string all = read_regular_file(path, kMostBytes);
    const std::size_t begin = all.find(kMagic);  // an older table may stand before it
    if (begin == std::string::npos) return {};
    const std::string_view cache = std::string_view(all).substr(begin);
    std::map<std::string, std::string> found;
    const std::size_t count = number_at(cache, kCountAt);
    for (std::size_t i = 0; i < count && kEntriesAt + (i + 1) * kEntryBytes <= cache.size(); ++i) {
        const std::size_t at = kEntriesAt + i * kEntryBytes;
        if ((number_at(cache, at) & kFlagMask) != kLibc6X86_64) continue;
        found.emplace(text_at(cache, number_at(cache, at + 4)), text_at(cache, number_at(cache, at + 8)));
    }
    return found;
}

}  // namespace dregs
