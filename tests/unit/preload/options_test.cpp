// The shim's options from the environment: a value that is none counts as absent, one out of range as the nearest.
#include "preload/system/options.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

namespace dregs {
namespace {

std::uint64_t sample_from(const char* value) {
    ::setenv("DREGS_SAMPLE", value, 1);
    const auto options = std::make_unique<Options>();
    read_options(*options);
    ::unsetenv("DREGS_SAMPLE");
    return options->sample;
}

TEST(Options, NumbersMayHaveAUnit) {
    EXPECT_EQ(sample_from("65536"), 65536u);
    EXPECT_EQ(sample_from("64K"), 65536u);
    EXPECT_EQ(sample_from("64k"), 65536u);
    EXPECT_EQ(sample_from("3M"), 3u << 20);
    EXPECT_EQ(sample_from("0"), 0u);
}

TEST(Options, NumbersOutOfRangeAreTheNearest) {
    EXPECT_EQ(sample_from("4294967296"), 4294967295u);
    EXPECT_EQ(sample_from("4294967295M"), 4294967295u);
    ::setenv("DREGS_MAX_FRAMES", "1", 1);
    const auto options = std::make_unique<Options>();
    read_options(*options);
    ::unsetenv("DREGS_MAX_FRAMES");
    EXPECT_EQ(options->max_frames, 16u);
}

TEST(Options, WhatIsNoNumberIsAbsent) {
    for (const char* value : {"", "K", "-1", "64KB", "64 K", "1.5M", "4G", "x", "99999999999999999999"}) {
        EXPECT_EQ(sample_from(value), 0u) << value;
    }
}

}  // namespace
}  // namespace dregs
