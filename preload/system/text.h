// Text in fixed buffers: building paths and comparing names without the heap. Nothing here reads past what it is given.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dregs {

inline std::size_t text_length(const char* text) {
    std::size_t length = 0;
    while (text[length]) ++length;
    return length;
}

inline bool text_equal(const char* a, const char* b, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i) {
        if (a[i] != b[i]) return false;
        if (!a[i]) return i + 1 == length;
    }
    return true;
}

inline bool text_equal(const char* a, const char* b) {
    while (*a && *a == *b) ++a, ++b;
    return *a == *b;
}

// What stands behind the last slash.
inline const char* base_name(const char* path) {
    const char* base = path;
    for (; *path; ++path) {
        if (*path == '/') base = path + 1;
    }
    return base;
}

// Whether `name` is one of the comma-separated names in `list`.
inline bool in_list(const char* name, const char* list) {
    const std::size_t length = text_length(name);
    for (const char* entry = list; *entry; entry += *entry == ',') {
        if (text_equal(entry, name, length) && (!entry[length] || entry[length] == ',')) return true;
        while (*entry && *entry != ',') ++entry;
    }
    return false;
}

// Appends to a buffer; what does not fit is left out and `cut` says so. Always NUL-terminated.
class Text {
  public:
    Text(char* buffer, std::size_t bytes) : begin_(buffer), end_(buffer), limit_(buffer + bytes - 1) { *end_ = 0; }
    Text& add(char c) {
        if (end_ < limit_) {
            *end_++ = c;
            *end_ = 0;
        } else {
            cut_ = true;
        }
        return *this;
    }
    Text& add(const char* text) {
        while (*text) add(*text++);
        return *this;
    }
    Text& add(std::uint64_t number) {
        char digits[20];
        int count = 0;
        do digits[count++] = static_cast<char>('0' + number % 10);
        while (number /= 10);
        while (count) add(digits[--count]);
        return *this;
    }
    std::size_t length() const { return static_cast<std::size_t>(end_ - begin_); }
    bool cut() const { return cut_; }

  private:
    char* begin_;
    char* end_;
    char* limit_;
    bool cut_ = false;
};

}  // namespace dregs
