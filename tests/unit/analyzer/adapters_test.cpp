// Which adapters a program gets: by the libraries it is linked with, directly or not, found as the loader finds them.
#include "analyzer/commands/adapters.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <fstream>

#include "analyzer/commands/elf_dynamic.h"
#include "analyzer/commands/loader_cache.h"
#include "analyzer/commands/needed_libraries.h"
#include "analyzer/trace/error.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

class Adapters : public testing::Test {
  protected:
    std::string write_file(const std::string& name, const std::string& bytes) const {
        std::ofstream(folder_.path(name), std::ios::binary) << bytes;
        return folder_.path(name);
    }

    TempFolder folder_;
};

TEST_F(Adapters, NeededLibrariesIncludeThoseOfLibraries) {
    const std::string self = fs::read_symlink("/proc/self/exe").string();
    const std::set<std::string> names = needed_libraries(self);
    EXPECT_TRUE(names.contains("libc.so.6"));
    EXPECT_TRUE(names.contains("libz.so.1"));  // of libelf and libdw
    EXPECT_FALSE(read_elf_dynamic(self)->needed.empty());
    EXPECT_TRUE(needed_libraries("/nowhere").empty());
    EXPECT_TRUE(needed_libraries(write_file("text", "no program")).empty());
}

TEST_F(Adapters, AreChosenByNameOrNotAtAll) {
    EXPECT_TRUE(choose_adapters("none", "/bin/sh", "/lib/libdregs.so").paths.empty());
    EXPECT_TRUE(choose_adapters("auto", "/bin/sh", "/lib/libdregs.so").paths.empty());
    EXPECT_THROW(choose_adapters("wmem,nonsense", "/bin/sh", "/lib/libdregs.so"), Error);
    EXPECT_THROW(choose_adapters("wmem", "/bin/sh", "/nowhere/libdregs.so"), Error);  // not installed
    fs::create_directory(folder_.path("dregs"));
    const std::string adapter = write_file("dregs/libdregs-wmem.so", "");
    const ChosenAdapters chosen = choose_adapters("wmem", "/bin/sh", folder_.path("libdregs.so"));
    ASSERT_EQ(chosen.paths.size(), 1u);
    EXPECT_TRUE(fs::equivalent(chosen.paths[0], adapter));
    EXPECT_FALSE(chosen.by_itself);
}

std::string number(std::uint32_t value) { return {reinterpret_cast<const char*>(&value), sizeof value}; }

TEST_F(Adapters, ReadTheLoadersCache) {
    const std::string names("libx.so.1\0/lib/libx.so.1\0", 25);
    const std::string entry =
        number(0x0303) + number(48 + 48) + number(48 + 48 + 10) + number(0) + std::string(8, '\0');
    const std::string other = number(0x0003) + number(48 + 48) + number(0) + number(0) + std::string(8, '\0');
    const std::string cache =
        "glibc-ld.so.cache1.1" + number(2) + number(25) + std::string(20, '\0') + other + entry + names;
    EXPECT_EQ(read_loader_cache(write_file("cache", cache))["libx.so.1"], "/lib/libx.so.1");
    EXPECT_EQ(read_loader_cache(write_file("cache", "ld.so-1.7.0 and more " + cache)).size(), 1u);
    for (std::size_t length = 0; length < cache.size(); ++length)
        EXPECT_LE(read_loader_cache(write_file("cache", cache.substr(0, length))).size(), 1u);
    EXPECT_TRUE(read_loader_cache("/nowhere").empty());
    const std::string fifo = folder_.path("cache_fifo");
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_TRUE(read_loader_cache(fifo).empty()) << "and does not wait for who writes into it";
}

}  // namespace
}  // namespace dregs
