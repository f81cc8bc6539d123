// Garbled and cut files: no crash, no hang, and every answer is a frame with module and offset.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

#include "analyzer/symbols/elf_image.h"
#include "tests/unit/analyzer/symbols_fixture.h"

namespace dregs {
namespace {

class SymbolsHostileTest : public SymbolsTest {
  protected:
    struct Place {
        std::size_t offset;
        std::size_t size;
    };

    std::string read(const std::string& file) const {
        std::ifstream stream(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    }

    // Where the file keeps what the symbolizer reads: headers, symbols, strings, DWARF.
    std::vector<Place> places_of_interest(const std::string& file, std::size_t file_size) const {
        std::vector<Place> places = {{0, 64}, {64, 13 * 56}};
        std::istringstream lines(run("readelf -SW " + file +
                                     " | sed 's/\\[ */[/' | awk '/\\] \\.(debug|symtab|strtab|shstr|note|dyn|gnu_)/ "
                                     "&& $3 != \"NOBITS\" {print $5, $6}'"));
        std::string offset, size;
        while (lines >> offset >> size)
            places.push_back({std::stoull(offset, nullptr, 16), std::stoull(size, nullptr, 16)});
        places.push_back({file_size - 64 * 40, 64 * 40});  // section headers stand at the end
        return places;
    }

    void garble(std::string& bytes, const std::vector<Place>& places) {
        const Place place = places[random_() % places.size()];
        if (place.size == 0) return;
        const std::size_t at = std::min(place.offset + random_() % place.size, bytes.size() - 1);
        const int kind = static_cast<int>(random_() % 4);
        if (kind == 0) bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random_() % 8)));
        if (kind == 1) bytes[at] = static_cast<char>(random_());
        if (kind == 2) bytes[at] = static_cast<char>(0xff);
        if (kind == 3) bytes.replace(at, 4, 4, random_() % 2 ? '\xff' : '\0');
    }

    void ask(const std::string& bytes, const std::map<std::string, std::uint64_t>& truth) {
        std::ofstream(path("garbled"), std::ios::binary) << bytes;
        ModuleImage module;
        module.path = path("garbled");
        if (const auto file = ElfImage::open(module.path)) {
            module.build_id = file->build_id();
            module.file_bytes = file->file_bytes();
            module.file_mtime_ns = file->file_mtime_ns();
        }
        Symbolizer symbolizer(own_options());
        for (const auto& [name, pc] : truth) {
            const auto& frames = symbolizer.resolve(module, pc, false);
            ASSERT_FALSE(frames.empty());
            EXPECT_EQ(frames.back().offset, pc);
            EXPECT_EQ(frames.back().module, module.path);
        }
    }

    std::mt19937 random_{4711};
};

TEST_F(SymbolsHostileTest, GarbledFiles) {
    for (const char* compiler : {"g++ -O2 -g", "g++ -O2 -g -gdwarf-4", "g++ -O2 -g -gz", "g++ -O2 -g -flto"}) {
        const std::string program = build(compiler, "sites.cpp", "sites");
        const auto places = truth(program);
        const std::string bytes = read(program);
        const auto interesting = places_of_interest(program, bytes.size());
        ASSERT_GT(interesting.size(), 8u);
        for (int round = 0; round < 300; ++round) {
            std::string garbled = bytes;
            for (int i = 1 << (random_() % 7); i > 0; --i) garble(garbled, interesting);
            ask(garbled, places);
        }
    }
}

TEST_F(SymbolsHostileTest, CutFiles) {
    const std::string program = build("g++ -O2 -g", "sites.cpp", "sites");
    const auto places = truth(program);
    const std::string bytes = read(program);
    for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 150) ask(bytes.substr(0, size), places);
}

TEST_F(SymbolsHostileTest, AnythingAtAll) {
    const std::map<std::string, std::uint64_t> places = {
        {"zero", 0}, {"one", 1}, {"some", 0x1234}, {"all", UINT64_MAX}};
    ask("", places);
    ask("\x7f"
        "ELF",
        places);
    for (int round = 0; round < 200; ++round) {
        std::string bytes =
            "\x7f"
            "ELF\x02\x01\x01";
        for (int i = 0; i < 500; ++i) bytes += static_cast<char>(random_());
        ask(bytes, places);
    }
}

}  // namespace
}  // namespace dregs
