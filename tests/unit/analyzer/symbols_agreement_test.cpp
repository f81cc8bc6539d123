// Thousands of addresses of one real program, this test itself, as addr2line names them.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "tests/unit/analyzer/symbols_fixture.h"

namespace dregs {
namespace {

constexpr std::size_t kAddresses = 5000;

class SymbolsAgreementTest : public SymbolsTest {
  protected:
    std::vector<std::uint64_t> addresses() const {
        std::istringstream section(
            run("readelf -SW " + program_ + " | sed 's/\\[ *//' | awk '$2==\".text\"{print $4,$6}'"));
        std::uint64_t begin = 0;
        std::uint64_t size = 0;
        section >> std::hex >> begin >> size;
        EXPECT_GT(size, 1000u);
        std::mt19937_64 random(1337);
        std::vector<std::uint64_t> result;
        for (std::size_t i = 0; i < kAddresses; ++i) result.push_back(begin + random() % size);
        return result;
    }

    // Lines of addr2line's output: FUNCTION, then FILE:LINE, for each address.
    std::vector<std::string> ask_addr2line(const std::string& options, const std::vector<std::uint64_t>& wanted) const {
        std::ofstream list(path("addresses"));
        for (std::uint64_t address : wanted) list << std::hex << address << "\n";
        list.close();
        std::istringstream output(run("addr2line " + options + " -e " + program_ + " < addresses"));
        std::vector<std::string> lines;
        for (std::string line; std::getline(output, line);) lines.push_back(line);
        return lines;
    }

    const std::string program_ = std::filesystem::canonical("/proc/self/exe");
};

// "/x/../y/a.cpp:12 (discriminator 3)" -> "a.cpp:12"; "??:0", "a.cpp:?" -> "".
std::string place_of(const std::string& text) {
    const std::string place = text.substr(0, text.find(" (discriminator"));
    const std::string line = place.substr(place.rfind(':') + 1);
    if (line == "?" || line == "0") return "";
    return std::filesystem::path(place).filename().string();
}

std::string place_of(const Frame& frame) {
    if (frame.line == 0) return "";
    return std::filesystem::path(frame.file).filename().string() + ":" + std::to_string(frame.line);
}

TEST_F(SymbolsAgreementTest, LinesAndFunctions) {
    const auto wanted = addresses();
    const auto theirs = ask_addr2line("-f", wanted);
    ASSERT_EQ(theirs.size(), 2 * wanted.size());
    const ModuleImage module = image_of(program_);
    Symbolizer symbolizer(own_options());
    std::size_t same_line = 0;
    std::size_t with_line = 0;
    std::size_t with_function = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const auto& frames = symbolizer.resolve(module, wanted[i], true);
        const std::string place = place_of(frames.front());
        same_line += place == place_of(theirs[2 * i + 1]);
        with_line += !place.empty();
        with_function += !frames.back().function.empty();
    }
    if (with_line == 0) GTEST_SKIP() << "this test was built without debug information";
    EXPECT_GE(same_line, wanted.size() * 99 / 100);
    EXPECT_GE(with_function, wanted.size() * 90 / 100);  // the rest is padding between functions
    RecordProperty("same_line_percent", static_cast<int>(100 * same_line / wanted.size()));
}

}  // namespace
}  // namespace dregs
