// A few lines of source around a place, where the file is at hand: so that a page can be read without the source tree.
//
// Bounded in every way, and careful: traces and modules name files, and a report is sent to others. Only regular files
// with the name of a source file are read, and what is not text is not taken.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dregs {

struct SourceExcerpt {
    int first = 0;  // number of the first line
    std::vector<std::string> lines;
    std::int64_t changed_s = 0;  // when the file was last changed, seconds of the realtime clock
};

class SourceExcerpts {
  public:
    static constexpr int kAround = 3;
    static constexpr std::size_t kMostInAll = 512;      // excerpts
    static constexpr std::size_t kMostLineBytes = 240;  // what is longer is cut
    static constexpr std::uint64_t kMostFileBytes = 8u << 20;

    // Nothing where the file cannot be had, has no such line, or enough was taken.
    std::optional<SourceExcerpt> around(const std::string& file, int line);

  private:
    struct Source {
        std::vector<std::string> lines;
        std::int64_t changed_s = 0;
    };
    const Source& source(const std::string& file);

    absl::flat_hash_map<std::string, Source> sources_;
    std::size_t taken_ = 0;
    std::uint64_t read_ = 0;
};

// "server.cpp", "list.h", "parse.y": what a compiler is given.
bool is_source_name(std::string_view path);

}  // namespace dregs
