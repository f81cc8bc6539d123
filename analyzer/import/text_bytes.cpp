// See text_bytes.h.
#include "analyzer/import/text_bytes.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "analyzer/trace/error.h"

namespace dregs {
namespace {

constexpr std::size_t kStart = 8;
constexpr std::uint32_t kReplacement = 0xfffd;  // of what is no character

std::FILE* open_text(const std::string& path) {
    if (path == "-") return fdopen(dup(STDIN_FILENO), "r");
    std::FILE* file = std::fopen(path.c_str(), "re");
    struct stat status {};
    if (file != nullptr && fstat(fileno(file), &status) == 0 && S_ISDIR(status.st_mode)) {
        std::fclose(file);
        errno = EISDIR;
        return nullptr;
    }
    return file;
}

bool is_high_surrogate(int unit) { return (unit & ~0x3ff) == 0xd800; }
bool is_low_surrogate(int unit) { return (unit & ~0x3ff) == 0xdc00; }

// In UTF-8, last byte first.
std::string encode_reversed(std::uint32_t character) {
    std::string bytes;
    std::uint32_t lead = 0;
    for (; character > (lead == 0 ? 0x7fu : 0x3fu >> lead); character >>= 6) {
        bytes.push_back(static_cast<char>(0x80 | (character & 0x3f)));
        ++lead;
    }
    const std::uint32_t marks = lead == 0 ? 0 : 0xffu << (7 - lead);
    bytes.push_back(static_cast<char>(marks | character));
    return bytes;
}

}  // namespace

TextBytes::TextBytes(const std::string& path) : name_(path == "-" ? "standard input" : path), file_(open_text(path)) {
    if (!file_) throw Error(absl::StrCat(name_, ": ", std::strerror(errno)));
    for (int byte = 0; start_.size() < kStart && (byte = next_raw()) != kEnd;)
        start_.push_back(static_cast<char>(byte));
    big_endian_ = absl::StartsWith(start_, "\xfe\xff");
    utf16_ = big_endian_ || absl::StartsWith(start_, "\xff\xfe");
    const std::ptrdiff_t mark = utf16_ ? 2 : absl::StartsWith(start_, "\xef\xbb\xbf") ? 3 : 0;
    ahead_.assign(start_.rbegin(), start_.rend() - mark);
}

int TextBytes::next_raw() {
    if (!ahead_.empty()) {
        const auto byte = static_cast<unsigned char>(ahead_.back());
        ahead_.pop_back();
        return byte;
    }
    const int byte = getc_unlocked(file_.get());
    if (byte == EOF && std::ferror(file_.get()) != 0) throw Error(absl::StrCat(name_, ": ", std::strerror(errno)));
    return byte == EOF ? kEnd : byte;
}

// Half a unit at the end is none.
int TextBytes::next_unit() {
    if (unit_ahead_ != kEnd) return std::exchange(unit_ahead_, kEnd);
    const int first = next_raw();
    const int second = first == kEnd ? kEnd : next_raw();
    if (second == kEnd) return kEnd;
    return big_endian_ ? first << 8 | second : second << 8 | first;
}

int TextBytes::next_of_utf16() {
    if (decoded_.empty()) {
        const int unit = next_unit();
        if (unit == kEnd) return kEnd;
        auto character = static_cast<std::uint32_t>(unit);
        if (is_high_surrogate(unit)) {
            const int low = next_unit();
            const bool pair = low != kEnd && is_low_surrogate(low);
            if (!pair) unit_ahead_ = low;
            character = pair ? 0x10000u + ((character & 0x3ff) << 10) + (static_cast<std::uint32_t>(low) & 0x3ff)
                             : kReplacement;
        } else if (is_low_surrogate(unit)) {
            character = kReplacement;
        }
        decoded_ = encode_reversed(character);
    }
    const auto byte = static_cast<unsigned char>(decoded_.back());
    decoded_.pop_back();
    return byte;
}

}  // namespace dregs
