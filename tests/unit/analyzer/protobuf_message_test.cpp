// The wire format, held against the bytes that the documentation of protocol buffers gives.
#include "analyzer/export/protobuf_message.h"

#include <gtest/gtest.h>

namespace dregs {
namespace {

TEST(ProtobufMessage, WritesTheDocumentedBytes) {
    ProtobufMessage number;
    number.number(1, 150);
    EXPECT_EQ(number.data(), "\x08\x96\x01");
    ProtobufMessage text;
    text.bytes(2, "testing");
    EXPECT_EQ(text.data(), "\x12\x07testing");
    ProtobufMessage outer;
    outer.message(3, number);
    EXPECT_EQ(outer.data(), "\x1a\x03\x08\x96\x01");
    ProtobufMessage list;
    list.packed(6, {3, 270, 86942});
    EXPECT_EQ(list.data(), "\x32\x06\x03\x8e\x02\x9e\xa7\x05");
}

TEST(ProtobufMessage, LeavesOutZeroesButNotEmptyTexts) {
    ProtobufMessage message;
    message.number(1, 0);
    EXPECT_EQ(message.data(), "");
    message.bytes(6, "");
    EXPECT_EQ(message.data(), std::string("\x32\0", 2));
}

TEST(ProtobufMessage, WritesLargeNumbersInTenBytes) {
    ProtobufMessage message;
    message.number(16, ~0ull);
    EXPECT_EQ(message.data(), "\x80\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

}  // namespace
}  // namespace dregs
