#include "tests/unit/analyzer/symbols_fixture.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "analyzer/symbols/elf_image.h"

namespace dregs {

void SymbolsTest::SetUp() {
    std::string pattern = (std::filesystem::temp_directory_path() / "dregs-symbols-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    std::filesystem::create_directory(path("debug"));
}

void SymbolsTest::TearDown() { std::filesystem::remove_all(folder_); }

bool SymbolsTest::has_tool(const std::string& name) {
    return std::system(("command -v " + name + " >/dev/null 2>&1").c_str()) == 0;
}

std::string SymbolsTest::run(const std::string& command) const {
    FILE* pipe = popen(("cd '" + folder_ + "' && { " + command + "; } 2>&1").c_str(), "r");
    std::string output;
    char buffer[4096];
    while (std::size_t got = fread(buffer, 1, sizeof(buffer), pipe)) output.append(buffer, got);
    EXPECT_EQ(pclose(pipe), 0) << command << "\n" << output;
    return output;
}

std::string SymbolsTest::build(const std::string& compiler, const std::string& source, const std::string& name) const {
    run(compiler + " -o " + name + " '" + source_path(source) + "'");
    return path(name);
}

std::map<std::string, std::uint64_t> SymbolsTest::truth(const std::string& program) const {
    std::map<std::string, std::uint64_t> places;
    std::istringstream output(run("'" + program + "'"));
    std::string name;
    std::string address;
    while (output >> name >> address) places[name] = std::stoull(address, nullptr, 16);
    return places;
}

ModuleImage SymbolsTest::image_of(const std::string& program) {
    ModuleImage module;
    module.path = program;
    const auto file = ElfImage::open(program);
    EXPECT_TRUE(file) << program;
    if (!file) return module;
    module.build_id = file->build_id();
    module.file_bytes = file->file_bytes();
    module.file_mtime_ns = file->file_mtime_ns();
    return module;
}

SymbolizerOptions SymbolsTest::own_options() const {
    SymbolizerOptions options;
    options.debug_paths = {path("debug")};
    return options;
}

std::vector<std::string> SymbolsTest::chain(Symbolizer& symbolizer, const ModuleImage& module, std::uint64_t pc) {
    std::vector<std::string> texts;
    for (const Frame& frame : symbolizer.resolve(module, pc, false))
        texts.push_back(frame.function + "@" + std::to_string(frame.line));
    return texts;
}

int SymbolsTest::line_of(const std::string& source, const std::string& marker) {
    std::ifstream file(source_path(source));
    std::string line;
    for (int number = 1; std::getline(file, line); ++number)
        if (line.ends_with("// @ " + marker)) return number;
    ADD_FAILURE() << "no line `@ " << marker << "` in " << source;
    return -1;
}

std::string SymbolsTest::source_path(const std::string& source) {
    return std::string(DREGS_TEST_SOURCES) + "/programs/symbols/" + source;
}

}  // namespace dregs
