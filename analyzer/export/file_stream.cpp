// See file_stream.h.
#include "analyzer/export/file_stream.h"

namespace dregs {

void FileStream::keep() { buffer_.keep(); }

void FileStream::Buffer::flush() {
    const auto bytes = static_cast<std::size_t>(pptr() - pbase());
    file_.write(written_, absl::MakeConstSpan(reinterpret_cast<const std::uint8_t*>(pbase()), bytes));
    written_ += bytes;
    setp(bytes_.data(), bytes_.data() + bytes_.size());
}

void FileStream::Buffer::keep() {
    flush();
    file_.keep(written_);
}

FileStream::Buffer::int_type FileStream::Buffer::overflow(int_type next) {
    flush();
    if (next != traits_type::eof()) sputc(traits_type::to_char_type(next));
    return traits_type::not_eof(next);
}

int FileStream::Buffer::sync() {
    flush();
    return 0;
}

}  // namespace dregs
