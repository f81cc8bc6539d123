// The bytes of a text file, whatever it was saved as: what Windows' shells write as UTF-16 comes as UTF-8.
//
// Owns the file and the decoding; knows no lines. Reads regular files, pipes and "-" (standard input).
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

namespace dregs {

class TextBytes {
  public:
    static constexpr int kEnd = -1;

    // Looks at the byte order mark, and leaves it out. Throws Error where the file cannot be read.
    explicit TextBytes(const std::string& path);

    // The next byte, or kEnd. Throws Error where the file cannot be read.
    int next() { return utf16_ ? next_of_utf16() : next_raw(); }
    const std::string& name() const { return name_; }
    // The file's first bytes as they are, eight at most: what it is if it is no text.
    const std::string& start() const { return start_; }

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    int next_raw();
    int next_unit();
    int next_of_utf16();

    std::string name_;
    std::unique_ptr<std::FILE, Close> file_;
    std::string start_;
    std::string ahead_;    // bytes, last first: read, and not given out yet
    std::string decoded_;  // the same of the character at hand
    int unit_ahead_ = kEnd;
    bool utf16_ = false;
    bool big_endian_ = false;
};

}  // namespace dregs
