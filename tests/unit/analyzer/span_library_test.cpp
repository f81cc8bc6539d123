// Scopes without markers: what --scope may say, the shared object that is made of it, where that lies.
#include "analyzer/spans/span_library.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "analyzer/spans/library_store.h"
#include "analyzer/spans/span_code.h"
#include "analyzer/trace/error.h"
#include "dregs/span_table.h"

// libgcc's look-up of unwind information.
struct Bases {
    void* text;
    void* data;
    void* function;
};
extern "C" const void* _Unwind_Find_FDE(void* pc, Bases* bases);

namespace dregs {
namespace {

namespace fs = std::filesystem;

TEST(SpanDefinition, FunctionsOnBothSides) {
    const SpanDefinition one = parse_span("packet=run,run_with_taps..reset,cleanup");
    EXPECT_EQ(one.kind, "packet");
    EXPECT_EQ(one.begins, (std::vector<std::string>{"run", "run_with_taps"}));
    EXPECT_EQ(one.ends, (std::vector<std::string>{"reset", "cleanup"}));
    EXPECT_EQ(parse_span("a scope=_ZN3foo3barEv..f").kind, "a scope");
}

TEST(SpanDefinition, WhatMakesNoSenseIsRefused) {
    for (const char* text : {"", "packet", "=a..b", "packet=", "packet=..", "packet=a..", "packet=..b", "packet=a..b,",
                             "packet=a b..c", "packet=1a..c", "packet=a..\x01", "pa\ncket=a..b", "packet=a,,b..c"}) {
        EXPECT_THROW(parse_span(text), Error) << text;
    }
}

TEST(SpanDefinition, TheDurationOfACallIsExplained) {
    try {
        parse_span("request=handle");
        FAIL();
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("handle..handle"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("The return of a function"), std::string::npos) << error.what();
    }
}

TEST(SpanDefinition, AFunctionEndsBeforeItBegins) {
    const std::vector<SpanFunction> functions = functions_of({parse_span("a=f..g"), parse_span("b=g..f")});
    ASSERT_EQ(functions.size(), 2u);
    EXPECT_EQ(functions[0].name, "f");
    ASSERT_EQ(functions[0].actions.size(), 2u);
    EXPECT_EQ(functions[0].actions[0].kind, "b");
    EXPECT_FALSE(functions[0].actions[0].begins);
    EXPECT_EQ(functions[0].actions[1].kind, "a");
    EXPECT_TRUE(functions[0].actions[1].begins);
}

std::vector<SpanFunction> two_functions() { return functions_of({parse_span("life=span_is_born..span_dies")}); }

TEST(SpanLibrary, IsTheSameForTheSame) {
    EXPECT_EQ(make_span_library(two_functions()), make_span_library(two_functions()));
    EXPECT_NE(make_span_library(two_functions()), make_span_library(functions_of({parse_span("l=span_a..span_b")})));
}

TEST(SpanLibrary, TooManyFunctionsAreRefused) {
    std::string list = "f0";
    for (int i = 1; i < 300; ++i) list += ",f" + std::to_string(i);
    EXPECT_THROW(make_span_library(functions_of({parse_span("many=" + list + "..end")})), Error);
}

TEST(SpanLibrary, LongNamesFit) {
    std::string list;
    for (int i = 0; i < 200; ++i) list += (i ? ",f" : "f") + std::to_string(i) + std::string(900, 'x');
    const std::string bytes = make_span_library(functions_of({parse_span("long=" + list + "..end")}));
    EXPECT_GT(bytes.size(), 200u * 900u);
}

// The library as the loader takes it.
class LoadedLibrary : public testing::Test {
  protected:
    void SetUp() override {
        const std::string bytes = make_span_library(two_functions());
        const int file = memfd_create("span library", 0);
        ASSERT_EQ(write(file, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
        library_ = dlopen(("/proc/self/fd/" + std::to_string(file)).c_str(), RTLD_NOW | RTLD_LOCAL);
        close(file);
        ASSERT_NE(library_, nullptr) << dlerror();
    }
    std::uint8_t* code() {
        return static_cast<std::uint8_t*>(dlsym(library_, "span_dies")) - span_code::bytes().size();
    }
    void* library_ = nullptr;
};

TEST_F(LoadedLibrary, ExportsTheFunctionsAndNothingElse) {
    EXPECT_NE(dlsym(library_, "span_is_born"), nullptr);
    EXPECT_NE(dlsym(library_, "span_dies"), nullptr);
    Dl_info info{};
    ASSERT_NE(dladdr(dlsym(library_, "span_dies"), &info), 0);
    EXPECT_STREQ(info.dli_sname, "span_dies");
    EXPECT_EQ(dlsym(library_, "dregs_span_crossed"), nullptr);
}

TEST_F(LoadedLibrary, ACallThatNobodyAnswersReturnsZero) {
    const auto function = reinterpret_cast<long (*)(long, double)>(dlsym(library_, "span_is_born"));
    EXPECT_EQ(function(7, 2.5), 0);
    EXPECT_EQ(function(7, 2.5), 0);
}

TEST_F(LoadedLibrary, ItsCodeCanBeUnwoundEverywhere) {
    const std::size_t bytes = span_code::bytes().size() + 32;
    for (std::size_t offset = 1; offset < bytes; ++offset) {
        Bases bases{};
        EXPECT_NE(_Unwind_Find_FDE(code() + offset, &bases), nullptr) << offset;
    }
}

TEST_F(LoadedLibrary, NothingIsWritableAndExecutable) {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        if (line.find("span library") != std::string::npos) {
            EXPECT_EQ(line.find("rwx"), std::string::npos) << line;
        }
    }
}

class LibraryStore : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = "/tmp/dregs-store-test.XXXXXX";
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        base_ = name;
        folder_ = name + "/mine";
    }
    void TearDown() override { fs::remove_all(base_); }
    std::string base_, folder_;
};

TEST_F(LibraryStore, TheSameBytesShareOneFile) {
    const mode_t former = umask(077);
    const std::string path = store_library("bytes", folder_);
    umask(former);
    struct stat first {
    }, second{}, folder{};
    ASSERT_EQ(stat(path.c_str(), &first), 0);
    EXPECT_EQ(store_library("bytes", folder_), path);
    ASSERT_EQ(stat(path.c_str(), &second), 0);
    EXPECT_EQ(first.st_ino, second.st_ino);
    EXPECT_EQ(first.st_mode & 0777, 0644u);
    ASSERT_EQ(stat(folder_.c_str(), &folder), 0);
    EXPECT_EQ(folder.st_mode & 0777, 0755u);
    EXPECT_NE(store_library("others", folder_), path);
    EXPECT_EQ(path.find_first_of(" :"), std::string::npos);
}

TEST_F(LibraryStore, ALinkInPlaceOfTheFolderIsRefused) {
    fs::create_directory(base_ + "/elsewhere");
    fs::create_symlink(base_ + "/elsewhere", folder_);
    EXPECT_THROW(store_library("bytes", folder_), Error);
    EXPECT_TRUE(fs::is_empty(base_ + "/elsewhere"));
}

TEST_F(LibraryStore, AFolderThatOthersCanWriteToIsRefused) {
    fs::create_directory(folder_);
    ASSERT_EQ(chmod(folder_.c_str(), 0777), 0);
    EXPECT_THROW(store_library("bytes", folder_), Error);
}

TEST_F(LibraryStore, AFolderOfSomebodyElseIsRefused) {
    if (geteuid() != 0) GTEST_SKIP() << "only root can make one";
    fs::create_directory(folder_);
    ASSERT_EQ(chown(folder_.c_str(), 4711, 4711), 0);
    EXPECT_THROW(store_library("bytes", folder_), Error);
}

TEST_F(LibraryStore, WhatStandsInTheFilesPlaceIsNeitherUsedNorChanged) {
    const std::string path = store_library("bytes", folder_);
    const std::string victim = base_ + "/victim";
    std::ofstream(victim) << "victim";
    fs::remove(path);
    fs::create_symlink(victim, path);
    EXPECT_THROW(store_library("bytes", folder_), Error);
    fs::remove(path);
    std::ofstream(path) << "wrong";
    EXPECT_THROW(store_library("bytes", folder_), Error);
    fs::remove(path);
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    EXPECT_THROW(store_library("bytes", folder_), Error);
    EXPECT_EQ(fs::file_size(victim), 6u);
}

}  // namespace
}  // namespace dregs
