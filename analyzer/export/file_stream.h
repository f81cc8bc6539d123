// A stream into a file of our own making that is never one that was there (NewFile).
//
// Throws Error where nothing can be written; a file that is not kept is removed.
#pragma once

#include <array>
#include <ostream>
#include <streambuf>
#include <string>

#include "analyzer/trace/new_file.h"

namespace dregs {

class FileStream {
  public:
    explicit FileStream(const std::string& path) : buffer_(path), stream_(&buffer_) {
        stream_.exceptions(std::ios::badbit);  // or the stream would swallow the Error
    }

    std::ostream& out() { return stream_; }
    const std::string& path() const { return buffer_.path(); }
    // All is written: from now on the file stays.
    void keep();

  private:
    class Buffer : public std::streambuf {
      public:
        explicit Buffer(const std::string& path) : file_(path) { setp(bytes_.data(), bytes_.data() + bytes_.size()); }
        const std::string& path() const { return file_.path(); }
        void flush();
        void keep();

      protected:
        int_type overflow(int_type next) override;
        int sync() override;

      private:
        NewFile file_;
        std::uint64_t written_ = 0;
        std::array<char, 1 << 16> bytes_;
    };

    Buffer buffer_;
    std::ostream stream_;
};

}  // namespace dregs
