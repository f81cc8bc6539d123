// See gzip_stream.h.
#include "analyzer/export/gzip_stream.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

namespace dregs {
namespace {

constexpr int kLevel = 5;              // half the time of zlib's usual 6 on stacks, for one part in thirty more bytes
constexpr int kGzip = MAX_WBITS + 16;  // zlib's way to ask for a gzip header
constexpr int kMemory = 8;
constexpr std::size_t kOutput = 1 << 16;

}  // namespace

struct GzipStream::Deflate {
    z_stream stream{};
    std::array<char, kOutput> output;
};

GzipStream::GzipStream(std::ostream& out) : out_(out), deflate_(std::make_unique<Deflate>()) {
    if (::deflateInit2(&deflate_->stream, kLevel, Z_DEFLATED, kGzip, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::bad_alloc();
    }
}

GzipStream::~GzipStream() { ::deflateEnd(&deflate_->stream); }

void GzipStream::write(std::string_view bytes) {
    constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
    for (; !bytes.empty(); bytes.remove_prefix(std::min(kMost, bytes.size()))) deflate(bytes.substr(0, kMost), false);
}

void GzipStream::finish() { deflate({}, true); }

void GzipStream::deflate(std::string_view bytes, bool last) {
    z_stream& stream = deflate_->stream;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib's type; it only reads
    stream.avail_in = static_cast<uInt>(bytes.size());
    do {
        stream.next_out = reinterpret_cast<Bytef*>(deflate_->output.data());
        stream.avail_out = static_cast<uInt>(kOutput);
        ::deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
        out_.write(deflate_->output.data(), static_cast<std::streamsize>(kOutput - stream.avail_out));
    } while (stream.avail_out == 0);
}

}  // namespace dregs
