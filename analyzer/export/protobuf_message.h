// Writes protocol buffers' wire format, as far as a profile needs it: varints, bytes, packed lists, messages.
//
//   field    key = number << 3 | wire type, a varint: 0 varint, 2 a length (varint) and so many bytes
//   varint   7 bits in each byte, lowest first; the top bit says that more follow
//
// Values that are 0 are left out: a reader takes what is missing for 0.
#pragma once

#include <absl/types/span.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace dregs {

class ProtobufMessage {
  public:
    void number(std::uint32_t field, std::uint64_t value);
    // Written even where it is empty.
    void bytes(std::uint32_t field, std::string_view value);
    void message(std::uint32_t field, const ProtobufMessage& value) { bytes(field, value.data_); }
    void packed(std::uint32_t field, absl::Span<const std::uint64_t> values);

    const std::string& data() const { return data_; }

  private:
    static void append_varint(std::string& to, std::uint64_t value);
    void key(std::uint32_t field, std::uint32_t wire_type) { append_varint(data_, field << 3 | wire_type); }

    std::string data_;
};

}  // namespace dregs
