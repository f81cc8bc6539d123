// What runs in the end: what env starts, and what a script's first line names.
#include "analyzer/commands/env_command.h"

#include <gtest/gtest.h>

#include <fstream>

#include "analyzer/commands/program_file.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

using Words = std::vector<std::string>;

TEST(EnvCommand, IsToldByItsName) {
    EXPECT_TRUE(is_env("env"));
    EXPECT_TRUE(is_env("/usr/bin/env"));
    EXPECT_FALSE(is_env("/usr/bin/printenv"));
    EXPECT_FALSE(is_env(""));
}

TEST(EnvCommand, ItsProgramIsTheFirstWordThatIsNeitherOptionNorVariable) {
    EXPECT_EQ(program_of_env({"tshark", "-r", "x"}), "tshark");
    EXPECT_EQ(program_of_env({"-i", "A=1", "B=", "tshark"}), "tshark");
    EXPECT_EQ(program_of_env({"-", "tshark"}), "tshark");
    EXPECT_EQ(program_of_env({"-u", "HOME", "-C", "/tmp", "tshark"}), "tshark");
    EXPECT_EQ(program_of_env({"-uHOME", "--chdir=/tmp", "tshark"}), "tshark");
    EXPECT_EQ(program_of_env({"--unset", "HOME", "tshark"}), "tshark");
    EXPECT_EQ(program_of_env({"--", "tshark"}), "tshark");
    EXPECT_EQ(program_of_env({"-S", "tshark", "-r"}), "tshark");
    EXPECT_EQ(program_of_env({"-Stshark -r"}), "tshark");
    EXPECT_EQ(program_of_env({"-iS A=1 tshark -r"}), "tshark");
    EXPECT_EQ(program_of_env({"--split-string=A=1 tshark"}), "tshark");
}

TEST(EnvCommand, NothingIsMadeUp) {
    EXPECT_EQ(program_of_env({}), "");
    EXPECT_EQ(program_of_env({"A=1"}), "");
    EXPECT_EQ(program_of_env({"-u"}), "");
    EXPECT_EQ(program_of_env({"--"}), "");
    EXPECT_EQ(program_of_env({"-S", "-S", "-S"}), "");
}

class StartedImage : public ::testing::Test {
  protected:
    std::string script(const std::string& name, const std::string& text) const {
        const std::string path = folder_.path(name);
        std::ofstream(path) << text;
        return path;
    }
    TempFolder folder_;
};

TEST_F(StartedImage, IsTheFileOrItsInterpreter) {
    EXPECT_EQ(started_image("/bin/ls", {"-l"}), "/bin/ls");
    EXPECT_EQ(started_image(script("a", "#! /bin/sh -e\necho\n")), "/bin/sh");
    EXPECT_EQ(started_image(script("b", "#!" + script("a", "#!/bin/sh") + "\n")), "/bin/sh");
    const std::string ls = find_program("ls");
    EXPECT_EQ(started_image(script("c", "#!/usr/bin/env ls\n")), ls);
    EXPECT_EQ(started_image(script("d", "#!/usr/bin/env -S A=1 ls -l\r\n")), ls);
    EXPECT_EQ(started_image("/usr/bin/env", {"A=1", "ls"}), ls);
    EXPECT_EQ(started_image("/usr/bin/env", {script("a", "#!/bin/sh\n")}), "/bin/sh");
}

TEST_F(StartedImage, OfWhatMakesNoSenseIsTheFileItself) {
    EXPECT_EQ(started_image("/nowhere"), "/nowhere");
    const std::string empty = script("e", "#!\n");
    EXPECT_EQ(started_image(empty), empty);
    EXPECT_EQ(started_image(script("f", "#!/usr/bin/env\n")), "/usr/bin/env");
    EXPECT_EQ(started_image(script("g", "#!/usr/bin/env no-such-program-anywhere\n")), "/usr/bin/env");
    const std::string circle = folder_.path("h");
    EXPECT_EQ(started_image(script("h", "#!" + circle + "\n")), circle);
}

}  // namespace
}  // namespace dregs
