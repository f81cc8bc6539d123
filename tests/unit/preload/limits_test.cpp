// Limits on live bytes: what is one, whose bytes count, and when one was passed.
#include "preload/blocks/limits.h"

#include <gtest/gtest.h>

#include <string>

#include "trace_fixture.h"

namespace dregs {
namespace {

class LimitsTest : public TraceTest {
  protected:
    void SetUp() override {
        TraceTest::SetUp();
        packet_ = add_kind("packet");
        page_ = add_kind("page");
    }
    void read(const char* text) { limits_->read(text, parts().kinds); }
    std::uint32_t add_kind(const char* name) {
        SlowSection section(parts().lock);
        return parts().kinds.find_or_add(name, 0);
    }
    // "" where no limit is passed, else "all" or the kind.
    std::string passed(std::uint32_t kind, std::uint64_t more = 0) {
        const char* name = limits_->passed(kind, more);
        return !name ? "" : *name ? name : "all";
    }

    Zeroed<Limits> limits_ = zeroed<Limits>();
    std::uint32_t packet_ = 0;
    std::uint32_t page_ = 0;
};

TEST_F(LimitsTest, AllBytesCountForOne) {
    read("100");
    limits_->add(0, 60);
    limits_->add(packet_, 40);
    EXPECT_EQ(passed(0), "");
    EXPECT_EQ(passed(0, 1), "all");
    limits_->add(page_, 1);
    EXPECT_EQ(passed(packet_), "all");
    limits_->subtract(0, 60);
    EXPECT_EQ(passed(packet_), "");
}

TEST_F(LimitsTest, AKindsBytesCountForItsOwn) {
    read("1G,packet:1K");
    limits_->add(page_, 5000);
    limits_->add(0, 5000);
    EXPECT_EQ(passed(page_), "");
    limits_->add(packet_, 1025);
    EXPECT_EQ(passed(packet_), "packet");
    EXPECT_EQ(passed(page_), "");
    limits_->move(packet_, page_, 1000);
    EXPECT_EQ(passed(packet_), "");
}

TEST_F(LimitsTest, EachIsToldOnce) {
    read("10,packet:5");
    limits_->add(packet_, 6);
    EXPECT_STREQ(limits_->newly_passed(packet_, 0), "packet");
    EXPECT_EQ(limits_->newly_passed(packet_, 0), nullptr);
    limits_->add(0, 6);
    EXPECT_STREQ(limits_->newly_passed(0, 0), "");
    EXPECT_EQ(limits_->newly_passed(0, 0), nullptr);
}

TEST_F(LimitsTest, WhatIsNoLimitIsLeftOut) {
    for (const char* text : {"", ",", "x", "packet", "packet:", ":5", "5X", "5KB", "K", "-1", "0", "packet:0",
                             "99999999999999999999", "9999999999G"}) {
        read(text);
        EXPECT_FALSE(limits_->any()) << text;
    }
    read("x,7,packet:1m");
    limits_->add(packet_, 8);
    EXPECT_EQ(passed(0), "all");
    limits_->subtract(0, 8);
    EXPECT_EQ(passed(packet_, (1 << 20) - 8), "all");
}

TEST_F(LimitsTest, AKindMayHaveColonsAndIsItsWholeName) {
    read("http::get:9");
    const std::uint32_t get = add_kind("http::get");
    const std::uint32_t longer = add_kind("http::gets");
    limits_->add(longer, 10);
    EXPECT_EQ(passed(longer), "");
    EXPECT_EQ(passed(get, 10), "http::get");
}

TEST_F(LimitsTest, SizesBeyondAllReasonPassEveryLimit) {
    read("1G");
    EXPECT_EQ(passed(0, ~std::uint64_t{0}), "all");
    EXPECT_EQ(passed(0, std::uint64_t{1} << 63), "all");
}

}  // namespace
}  // namespace dregs
