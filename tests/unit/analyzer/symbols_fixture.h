// What the symbolizer's tests share: building tests/programs/symbols/ in many ways, asking the result for the truth.
//
// Owns a temporary folder for each test. Compilers and binutils come from PATH; a test that needs a tool that is not
// there says so and is skipped.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analyzer/symbols/symbolizer.h"

namespace dregs {

class SymbolsTest : public ::testing::Test {
  protected:
    void SetUp() override;
    void TearDown() override;

    std::string path(const std::string& name) const { return folder_ + "/" + name; }
    static bool has_tool(const std::string& name);
    // Runs a shell command in the temporary folder; a failure fails the test.
    std::string run(const std::string& command) const;
    // Compiles tests/programs/symbols/SOURCE with `compiler and flags` to `name`; returns its path.
    std::string build(const std::string& compiler, const std::string& source, const std::string& name) const;
    // What the program says of itself: name of the place -> return address in the file.
    std::map<std::string, std::uint64_t> truth(const std::string& program) const;

    static ModuleImage image_of(const std::string& program);
    // Options that know only this test's folder "debug" as root of debug files.
    SymbolizerOptions own_options() const;
    // Functions of a return address, innermost first, as "function@line".
    static std::vector<std::string> chain(Symbolizer& symbolizer, const ModuleImage& module, std::uint64_t pc);
    // The line of the source file that ends in the comment `@ marker`.
    static int line_of(const std::string& source, const std::string& marker);
    static std::string source_path(const std::string& source);

  private:
    std::string folder_;
};

}  // namespace dregs
