// A file of our own making that never overwrites one that is there.
//
// Owns the descriptor and, until it is kept, the promise to leave nothing half-written behind.
#pragma once

#include <absl/types/span.h>

#include <cstdint>
#include <string>

namespace dregs {

class NewFile {
  public:
    // Made with mode 0600 at `path`, or where that is taken with .2, .3 ... before its suffix. Throws Error. Not "-",
    // which means standard output to those who can do without a file.
    explicit NewFile(const std::string& path);
    ~NewFile();
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    const std::string& path() const { return path_; }
    void write(std::uint64_t offset, absl::Span<const std::uint8_t> bytes);
    // Leaves out stretches of zeroes: they become holes.
    void write_sparse(std::uint64_t offset, absl::Span<const std::uint8_t> bytes);
    // Sets the length; from now on the file stays.
    void keep(std::uint64_t bytes);

  private:
    [[noreturn]] void fail(int error) const;

    std::string path_;
    int descriptor_ = -1;
    bool kept_ = false;
};

// "a/b.dregs", "x" -> "a/b.x.dregs"
std::string path_with(const std::string& path, const std::string& part);
// "a/b.dregs", 2 -> "a/b.2.dregs"
std::string numbered_path(const std::string& path, unsigned number);

}  // namespace dregs
