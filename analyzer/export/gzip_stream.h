// An output stream that compresses what is written to it (gzip) and passes it on to another.
//
// Holds 128 KiB. The same input gives the same bytes: no name, no time.
#pragma once

#include <memory>
#include <ostream>
#include <string_view>

namespace dregs {

class GzipStream {
  public:
    explicit GzipStream(std::ostream& out);
    ~GzipStream();
    GzipStream(const GzipStream&) = delete;
    GzipStream& operator=(const GzipStream&) = delete;

    void write(std::string_view bytes);
    // Once, at the end: without it the output is cut short.
    void finish();

  private:
    struct Deflate;
    void deflate(std::string_view bytes, bool last);

    std::ostream& out_;
    std::unique_ptr<Deflate> deflate_;
};

}  // namespace dregs
