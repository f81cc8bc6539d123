// See protobuf_message.h.
#include "analyzer/export/protobuf_message.h"

namespace dregs {
namespace {

enum WireType : std::uint32_t { kVarint = 0, kLength = 2 };

}  // namespace

void ProtobufMessage::append_varint(std::string& to, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) to.push_back(static_cast<char>(value | 0x80));
    to.push_back(static_cast<char>(value));
}

void ProtobufMessage::number(std::uint32_t field, std::uint64_t value) {
    if (value == 0) return;
    key(field, kVarint);
    append_varint(data_, value);
}

void ProtobufMessage::bytes(std::uint32_t field, std::string_view value) {
    key(field, kLength);
    append_varint(data_, value.size());
    data_.append(value);
}

void ProtobufMessage::packed(std::uint32_t field, absl::Span<const std::uint64_t> values) {
    std::string list;
    for (const std::uint64_t value : values) append_varint(list, value);
    bytes(field, list);
}

}  // namespace dregs
