// Whether the file on disk is the one that was traced, and separate debug files.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/auxv.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "analyzer/symbols/elf_image.h"
#include "tests/unit/analyzer/symbols_fixture.h"

namespace dregs {
namespace {

class SymbolsIdentityTest : public SymbolsTest {
  protected:
    void SetUp() override {
        SymbolsTest::SetUp();
        build_program("");
    }

    void build_program(const std::string& flags) {
        program_ = build("g++ -O2 -g " + flags, "sites.cpp", "sites");
        pc_ = truth(program_)["static"];
        module_ = image_of(program_);
    }
    std::string split_off_debug_file(const std::string& name) const {
        run("objcopy --only-keep-debug sites " + name + " && strip sites");
        return path(name);
    }
    std::string debug_path_of_build_id() const {
        const std::string hex = to_hex(module_.build_id);
        return "debug/.build-id/" + hex.substr(0, 2) + "/" + hex.substr(2) + ".debug";
    }
    Frame frame() {
        Symbolizer symbolizer(own_options());
        const Frame result = symbolizer.resolve(module_, pc_, false).front();
        warnings_ = symbolizer.warnings();
        return result;
    }
    void expect_known(const Frame& frame) const {
        EXPECT_EQ(frame.function, "plain_static");
        EXPECT_EQ(frame.line, line_of("sites.cpp", "static"));
        EXPECT_TRUE(warnings_.empty());
    }
    void expect_unknown(const Frame& frame, const std::string& why) const {
        EXPECT_EQ(frame.function, "");
        EXPECT_EQ(frame.line, 0);
        EXPECT_EQ(frame.module, module_.path);
        EXPECT_EQ(frame.offset, pc_);
        ASSERT_EQ(warnings_.size(), 1u);
        EXPECT_NE(warnings_[0].find(why), std::string::npos) << warnings_[0];
        EXPECT_NE(warnings_[0].find(module_.path), std::string::npos) << warnings_[0];
    }

    std::string program_;
    ModuleImage module_;
    std::uint64_t pc_ = 0;
    std::vector<std::string> warnings_;
};

TEST_F(SymbolsIdentityTest, DebugFileByBuildId) {
    const std::string debug = split_off_debug_file("sites.debug");
    EXPECT_EQ(frame().line, 0) << "stripped: the test has no debug file yet";
    run("mkdir -p $(dirname " + debug_path_of_build_id() + ") && mv sites.debug " + debug_path_of_build_id());
    module_ = image_of(program_);
    expect_known(frame());
}

TEST_F(SymbolsIdentityTest, DebugFileOfAnotherBuildInTheBuildIdTreeIsNotUsed) {
    const std::string right_id = debug_path_of_build_id();
    build("g++ -O2 -g -DOTHER -Wl,--build-id=0x1234567890", "sites.cpp", "other");
    split_off_debug_file("sites.debug");
    run("mkdir -p $(dirname " + right_id + ") && mv other " + right_id);
    const Frame found = frame();
    EXPECT_EQ(found.line, 0);
    EXPECT_EQ(found.function, "");
}

TEST_F(SymbolsIdentityTest, DebugFileByLink) {
    for (const char* folder : {".", ".debug", "debug"}) {
        build_program("");
        run("objcopy --only-keep-debug sites sites.debug && strip sites && objcopy --add-gnu-debuglink=sites.debug "
            "sites");
        const std::string place =
            folder == std::string("debug") ? "debug" + std::filesystem::path(program_).parent_path().string() : folder;
        run("mkdir -p ./" + place + " && { [ " + folder + " = . ] || mv sites.debug ./" + place + "/; }");
        expect_known(frame());
    }
}

TEST_F(SymbolsIdentityTest, LinkIsCheckedByItsChecksumWhereThereIsNoBuildId) {
    build_program("-Wl,--build-id=none");
    run("objcopy --only-keep-debug sites sites.debug && strip sites && objcopy --add-gnu-debuglink=sites.debug sites");
    module_ = image_of(program_);
    ASSERT_TRUE(module_.build_id.empty());
    expect_known(frame());
    run("printf x >> sites.debug");
    EXPECT_EQ(frame().line, 0);
}

TEST_F(SymbolsIdentityTest, StrippedFileNamesOnlyWhatItExports) {
    run("strip sites");
    const Frame found = frame();
    EXPECT_EQ(found.function, "");
    EXPECT_EQ(found.offset, pc_);
    EXPECT_TRUE(warnings_.empty());
    build_program("-rdynamic");
    run("strip sites");
    module_ = image_of(program_);
    pc_ = truth(program_)["extern_c"];
    EXPECT_EQ(frame().function, "plain_c");
}

TEST_F(SymbolsIdentityTest, ReplacedFileIsNotBelieved) {
    const std::string traced = to_hex(module_.build_id);
    run("touch marker && cp sites old");
    build("g++ -O1 -g", "sites.cpp", "sites");
    const std::string now = to_hex(image_of(program_).build_id);
    ASSERT_NE(traced, now);
    expect_unknown(frame(), "was replaced since it was traced (build-id " + traced + ", now " + now +
                                "): its symbols are not known");
}

TEST_F(SymbolsIdentityTest, ReplacedOrDeletedFileIsNamedByItsDebugFile) {
    run("mkdir -p $(dirname " + debug_path_of_build_id() + ") && objcopy --only-keep-debug sites " +
        debug_path_of_build_id());
    build("g++ -O1 -g", "sites.cpp", "sites");
    expect_known(frame());
    run("rm sites");
    expect_known(frame());
}

TEST_F(SymbolsIdentityTest, DeletedFileIsSaidOnce) {
    run("rm sites");
    Symbolizer symbolizer(own_options());
    for (std::uint64_t pc = pc_; pc < pc_ + 10; ++pc) symbolizer.resolve(module_, pc, false);
    EXPECT_EQ(symbolizer.warnings().size(), 1u);
    expect_unknown(frame(), "cannot be read");
    module_.path += " (deleted)";
    expect_unknown(frame(), "cannot be read");
}

TEST_F(SymbolsIdentityTest, WithoutBuildIdSizeAndTimeDecide) {
    build_program("-Wl,--build-id=none");
    expect_known(frame());
    module_.file_mtime_ns += 1;
    expect_unknown(frame(), "was replaced since it was traced (size or time of the file differ)");
    module_ = image_of(program_);
    module_.file_bytes += 1;
    expect_unknown(frame(), "was replaced");
    module_.file_bytes = module_.file_mtime_ns = 0;
    expect_unknown(frame(), "cannot be told from another build");
}

TEST_F(SymbolsIdentityTest, TouchedOrMovedFileWithItsBuildIdIsTheSame) {
    run("touch -d '1 day ago' sites && strip --strip-debug sites");
    const Frame found = frame();
    EXPECT_EQ(found.function, "plain_static(int)");
    EXPECT_TRUE(warnings_.empty());
}

TEST_F(SymbolsIdentityTest, SysrootComesBeforeThePath) {
    SymbolizerOptions options = own_options();
    options.sysroot = path("");
    run("mkdir -p usr/bin && mv sites usr/bin/");
    module_.path = "/usr/bin/sites";
    Symbolizer symbolizer(options);
    const Frame found = symbolizer.resolve(module_, pc_, false).front();
    EXPECT_EQ(found.function, "plain_static");
    EXPECT_EQ(found.module, "/usr/bin/sites");
}

TEST_F(SymbolsIdentityTest, OnlyRegularFilesAreOpened) {
    run("rm sites && mkfifo sites");
    expect_unknown(frame(), "cannot be read");
    module_.path = "/dev/zero";
    expect_unknown(frame(), "cannot be read");
    module_.path = path("debug");
    expect_unknown(frame(), "cannot be read");
}

TEST_F(SymbolsIdentityTest, DebugFilesComeFromServersOnlyWhenAsked) {
    const std::string served = "served/buildid/" + to_hex(module_.build_id);
    split_off_debug_file("sites.debug");
    run("mkdir -p " + served + " cache && mv sites.debug " + served + "/debuginfo");
    setenv("DEBUGINFOD_URLS", ("file://" + path("served")).c_str(), 1);
    setenv("DEBUGINFOD_CACHE_PATH", path("cache").c_str(), 1);
    EXPECT_EQ(frame().line, 0);
    SymbolizerOptions options = own_options();
    options.ask_servers = true;
    Symbolizer symbolizer(options);
    const Frame found = symbolizer.resolve(module_, pc_, false).front();
    if (!dlopen("libdebuginfod.so.1", RTLD_LAZY)) GTEST_SKIP() << "libdebuginfod1 is not installed";
    EXPECT_EQ(found.function, "plain_static");
    EXPECT_EQ(found.line, line_of("sites.cpp", "static"));
}

TEST_F(SymbolsIdentityTest, TheVdsoIsOurOwnIfItsBuildIdSaysSo) {
    ModuleImage vdso;
    vdso.path = "[vdso]";
    vdso.vdso = true;
    vdso.build_id = {1, 2, 3};
    Symbolizer symbolizer(own_options());
    EXPECT_EQ(symbolizer.resolve(vdso, 0x1000, true).front().function, "");
    EXPECT_TRUE(symbolizer.warnings().empty());

    const auto* bytes = reinterpret_cast<const char*>(getauxval(AT_SYSINFO_EHDR));
    if (!bytes) GTEST_SKIP() << "the kernel maps no vdso";
    const auto* header = reinterpret_cast<const Elf64_Ehdr*>(bytes);
    std::ofstream(path("vdso"), std::ios::binary)
        .write(bytes,
               static_cast<std::streamsize>(header->e_shoff + std::size_t{header->e_shentsize} * header->e_shnum));
    vdso.build_id = image_of(path("vdso")).build_id;
    const std::string address = run("nm -D vdso | awk '$3 ~ /^__vdso_gettimeofday/ {print $1}'");
    EXPECT_EQ(symbolizer.resolve(vdso, std::stoull(address, nullptr, 16), true).front().function, "gettimeofday");
}

}  // namespace
}  // namespace dregs
