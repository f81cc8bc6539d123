// The symbol cache: what it keeps comes back as it was, what no longer holds does not, and no file that lies in its
// place, damaged or somebody else's, does any harm.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "analyzer/symbols/answer_text.h"
#include "analyzer/symbols/cache_folder.h"
#include "analyzer/symbols/symbol_cache.h"
#include "tests/unit/analyzer/symbols_fixture.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

Frame frame_of(const std::string& function, int line, bool inlined) {
    Frame frame;
    frame.function = function;
    frame.file = "/src/a.cpp";
    frame.line = line;
    frame.column = 3;
    frame.function_offset = 77;
    frame.inlined = inlined;
    return frame;
}

using Answers = std::vector<std::pair<std::uint64_t, std::vector<Frame>>>;

bool read(const std::string& text, Answers& found) {
    return read_answers(text, [&](std::uint64_t address, std::vector<Frame> frames) {
        found.emplace_back(address, std::move(frames));
    });
}

std::string some_answers() {
    AnswerText text;
    text.add(0x1000, {frame_of("inner", 7, true), frame_of("outer", 70, false)});
    text.add(0x1010, {});
    text.add(~std::uint64_t{0}, {frame_of("outer", 1, false)});
    return text.finish();
}

TEST(AnswerTextTest, IsReadAsItWasWritten) {
    Answers found;
    ASSERT_TRUE(read(some_answers() + some_answers(), found)) << "one behind the other";
    ASSERT_EQ(found.size(), 6u);
    EXPECT_EQ(found[0].first, 0x1000u);
    ASSERT_EQ(found[0].second.size(), 2u);
    EXPECT_EQ(found[0].second[0].function, "inner");
    EXPECT_TRUE(found[0].second[0].inlined);
    EXPECT_EQ(found[0].second[1].function, "outer");
    EXPECT_EQ(found[0].second[1].file, "/src/a.cpp");
    EXPECT_EQ(found[0].second[1].line, 70);
    EXPECT_EQ(found[0].second[1].column, 3);
    EXPECT_EQ(found[0].second[1].function_offset, 77u);
    EXPECT_TRUE(found[1].second.empty()) << "that nothing is known is an answer";
    EXPECT_EQ(found[5].first, ~std::uint64_t{0});
}

TEST(AnswerTextTest, BelievesNothing) {
    const std::string whole = some_answers();
    for (std::size_t size = 1; size < whole.size(); ++size) {
        Answers found;
        EXPECT_FALSE(read(whole.substr(0, size), found)) << size;
    }
    std::mt19937 random(1);
    for (int i = 0; i < 20000; ++i) {
        std::string damaged = whole;
        for (int hits = 0; hits < 3; ++hits) damaged[random() % damaged.size()] = static_cast<char>(random());
        Answers found;
        read(damaged, found);  // anything but a crash, or the memory of a machine
    }
}

class SymbolCacheTest : public SymbolsTest {
  protected:
    std::string folder() const { return path("cache"); }
    std::string file() const { return folder() + "/symbols.db"; }

    static SymbolCache::Module module_of(const std::string& key) { return {0, key, "probes of " + key, "warning"}; }

    // Keeps `text` for stretch 1 of the module of that key, if that can be.
    static void keep(SymbolCache& cache, const std::string& key, const std::string& text) {
        if (!cache.begin_changes()) return;
        cache.add(module_of(key), {{1, text}});
        cache.end_changes();
    }
    static std::string kept(SymbolCache& cache, const std::string& key) {
        const auto module = cache.find(key);
        return module ? cache.answers(*module, 1) : "";
    }
};

TEST_F(SymbolCacheTest, KeepsAndAdds) {
    {
        SymbolCache cache(folder());
        ASSERT_TRUE(cache.usable());
        EXPECT_FALSE(cache.find("a"));
        keep(cache, "a", "one");
        keep(cache, "a", "two");
        keep(cache, "b", "three");
    }
    SymbolCache cache(folder());
    EXPECT_EQ(kept(cache, "a"), "onetwo");
    EXPECT_EQ(kept(cache, "b"), "three");
    const auto module = cache.find("a");
    ASSERT_TRUE(module);
    EXPECT_EQ(module->probes, "probes of a");
    EXPECT_EQ(module->warning, "warning");
    EXPECT_EQ(cache.answers(*module, 2), "");
    struct stat status {};
    ASSERT_EQ(::stat(file().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    ASSERT_EQ(::stat(folder().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST_F(SymbolCacheTest, OtherProbesTakeThePlaceOfARecordAndItsReadersFindNothing) {
    SymbolCache reader(folder());
    keep(reader, "a", "old");
    const auto before = reader.find("a");
    ASSERT_TRUE(before);
    SymbolCache writer(folder());
    ASSERT_TRUE(writer.begin_changes());
    writer.add({0, "a", "other probes", ""}, {{1, "new"}});
    writer.end_changes();
    EXPECT_EQ(reader.answers(*before, 1), "") << "not what belongs to other files";
    EXPECT_TRUE(reader.usable());
    EXPECT_EQ(kept(reader, "a"), "new");
}

TEST_F(SymbolCacheTest, WhoCannotWriteNowDoesNotWait) {
    SymbolCache one(folder());
    SymbolCache two(folder());
    keep(one, "a", "text");
    ASSERT_TRUE(one.begin_changes());
    EXPECT_EQ(kept(two, "a"), "text") << "reading goes on";
    EXPECT_FALSE(two.begin_changes());
}

TEST_F(SymbolCacheTest, IsNeverLargerThanAllowedAndForgetsTheOldest) {
    constexpr std::uint64_t kMost = 1 << 20;
    SymbolCache cache(folder(), kMost);
    for (int i = 0; i < 100; ++i) keep(cache, "module " + std::to_string(i), std::string(50000, static_cast<char>(i)));
    EXPECT_TRUE(cache.usable());
    EXPECT_LE(fs::file_size(file()), kMost);
    EXPECT_EQ(kept(cache, "module 99"), std::string(50000, 99));
    EXPECT_EQ(kept(cache, "module 0"), "");
    keep(cache, "giant", std::string(kMost, 'x'));
    EXPECT_EQ(kept(cache, "giant"), "");
    EXPECT_EQ(kept(cache, "module 99"), std::string(50000, 99));
}

TEST_F(SymbolCacheTest, DamageLosesAnswersAndInventsNone) {
    std::mt19937 random(2);
    for (int i = 0; i < 300; ++i) {
        {
            SymbolCache cache(folder());
            ASSERT_TRUE(cache.usable()) << "made anew";
            for (const char* key : {"a", "b", "c"}) keep(cache, key, std::string(key) + std::string(6000, 'x'));
        }
        if (fs::exists(file())) {
            std::fstream stream(file(), std::ios::in | std::ios::out | std::ios::binary);
            const auto size = static_cast<std::uint32_t>(fs::file_size(file()));
            for (unsigned hits = 0; hits < 1 + random() % 40; ++hits) {
                stream.seekp(random() % (random() % 2 ? size : 200));
                stream.put(static_cast<char>(random()));
            }
        }
        if (random() % 4 == 0 && fs::exists(file())) fs::resize_file(file(), random() % fs::file_size(file()));
        SymbolCache cache(folder());
        for (const char* key : {"a", "b", "c"}) {
            const std::string text = kept(cache, key);
            if (text.empty()) continue;
            const std::string once = std::string(key) + std::string(6000, 'x');
            for (std::size_t at = 0; at < text.size(); at += once.size()) ASSERT_EQ(text.substr(at, once.size()), once);
        }
        if (random() % 8 == 0) fs::remove_all(folder());
    }
}

TEST_F(SymbolCacheTest, OtherTablesAndOtherFilesAreReplaced) {
    fs::create_directory(folder());
    fs::permissions(folder(), fs::perms::owner_all);
    const auto place = [&](const std::string& content) {
        std::ofstream(file(), std::ios::binary) << content;
        fs::permissions(file(), fs::perms::owner_read | fs::perms::owner_write);
    };
    place(
        "this is no database, and longer than the hundred bytes of a header, lest SQLite take it for an empty one ...");
    { EXPECT_TRUE(SymbolCache(folder()).usable()); }
    if (!has_tool("sqlite3")) GTEST_SKIP() << "sqlite3 is not installed";
    run("rm cache/symbols.db && sqlite3 cache/symbols.db 'CREATE TABLE module(id); CREATE VIEW answer AS SELECT 1' && "
        "chmod 600 cache/symbols.db");
    SymbolCache cache(folder());
    keep(cache, "a", "text");
    EXPECT_EQ(kept(cache, "a"), "text");
}

TEST_F(SymbolCacheTest, OnlyWhatIsOursAloneIsUsed) {
    { ASSERT_TRUE(SymbolCache(folder()).usable()); }
    ASSERT_EQ(::chmod(file().c_str(), 0644), 0);
    EXPECT_FALSE(SymbolCache(folder()).usable()) << "others can read it";
    ASSERT_EQ(::chmod(file().c_str(), 0600), 0);
    ASSERT_EQ(::link(file().c_str(), path("second_name").c_str()), 0);
    EXPECT_FALSE(SymbolCache(folder()).usable()) << "it has another name";
    ASSERT_EQ(::rename(path("second_name").c_str(), path("elsewhere").c_str()), 0);
    ASSERT_EQ(::unlink(file().c_str()), 0);
    ASSERT_EQ(::symlink(path("elsewhere").c_str(), file().c_str()), 0);
    EXPECT_FALSE(SymbolCache(folder()).usable()) << "a link";
    ASSERT_EQ(::unlink(file().c_str()), 0);
    ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
    EXPECT_FALSE(SymbolCache(folder()).usable()) << "a FIFO";
    fs::remove_all(folder());
    fs::create_directory(folder());
    fs::permissions(folder(), fs::perms::all);
    EXPECT_FALSE(SymbolCache(folder()).usable()) << "others can put files there";
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
    fs::permissions(folder(), fs::perms::owner_all);
    ASSERT_EQ(::chown(folder().c_str(), 65534, 65534), 0);
    EXPECT_FALSE(SymbolCache(folder()).usable()) << "another user's";
    EXPECT_TRUE(fs::is_empty(folder()));
}

TEST_F(SymbolCacheTest, WhereItLies) {
    ASSERT_EQ(::setenv("HOME", path("").c_str(), 1), 0);
    ASSERT_EQ(::unsetenv("XDG_CACHE_HOME"), 0);
    ASSERT_EQ(::unsetenv("DREGS_SYMBOL_CACHE"), 0);
    EXPECT_EQ(symbol_cache_folder(), path("") + "/.cache/dregs");
    ::setenv("XDG_CACHE_HOME", "/some/where", 1);
    EXPECT_EQ(symbol_cache_folder(), "/some/where/dregs");
    ::setenv("XDG_CACHE_HOME", "relative", 1);
    EXPECT_EQ(symbol_cache_folder(), path("") + "/.cache/dregs") << "the specification says so";
    ::setenv("DREGS_SYMBOL_CACHE", "/other", 1);
    EXPECT_EQ(symbol_cache_folder(), "/other");
    ::setenv("DREGS_SYMBOL_CACHE", "none", 1);
    EXPECT_EQ(symbol_cache_folder(), "");
    ::unsetenv("DREGS_SYMBOL_CACHE");
    ::unsetenv("XDG_CACHE_HOME");
    ::unsetenv("HOME");
    EXPECT_EQ(symbol_cache_folder(), "");
    if (::geteuid() != 0) return;
    ASSERT_EQ(::chown(path("").c_str(), 65534, 65534), 0);
    ::setenv("HOME", path("").c_str(), 1);
    EXPECT_EQ(symbol_cache_folder(), "") << "sudo may leave HOME as it was: its owner would find files of root there";
}

// The C library and its debug file are old enough to be kept, and links to them are other files at once.
class KeptSymbolsTest : public SymbolsTest {
  protected:
    void SetUp() override {
        SymbolsTest::SetUp();
        if (symbols_version().empty()) GTEST_SKIP() << "this program has no build-id: nothing is kept";
        Dl_info info{};
        void* const function = ::dlsym(RTLD_DEFAULT, "bsearch");  // none of those that sanitizers have of their own
        ASSERT_NE(::dladdr(function, &info), 0);
        library_ = fs::canonical(info.dli_fname).string();
        module_ = image_of(library_);
        pc_ = reinterpret_cast<std::uint64_t>(function) - reinterpret_cast<std::uint64_t>(info.dli_fbase) + 4;
        options_.debug_paths = {path("debug")};
        options_.cache_folder = path("cache");
    }
    Frame frame() {
        Symbolizer symbolizer(options_);
        Frame found = symbolizer.resolve(module_, pc_, false).back();
        warnings_ = symbolizer.warnings();
        return found;
    }
    std::string debug_file() const {
        const std::string hex = run("readelf -n " + library_ + " | sed -n 's/.*Build ID: //p'").substr(0, 40);
        return ".build-id/" + hex.substr(0, 2) + "/" + hex.substr(2) + ".debug";
    }

    std::string library_;
    ModuleImage module_;
    std::uint64_t pc_ = 0;
    SymbolizerOptions options_;
    std::vector<std::string> warnings_;
};

TEST_F(KeptSymbolsTest, SecondAnswerIsTheFirst) {
    const Frame first = frame();
    EXPECT_EQ(first.function, "bsearch");
    ASSERT_TRUE(fs::exists(path("cache/symbols.db")));
    const Frame second = frame();
    EXPECT_EQ(second.function, first.function);
    EXPECT_EQ(second.module, first.module);
    EXPECT_EQ(second.offset, first.offset);
    EXPECT_EQ(second.function_offset, first.function_offset);
}

TEST_F(KeptSymbolsTest, OpeningFilesIsToldAndWhatIsKeptOpensNone) {
    std::vector<std::string> told;
    options_.progress = [&](const std::string& what, std::uint64_t, std::uint64_t) { told.push_back(what); };
    options_.debug_paths = {"/usr/lib/debug"};
    if (frame().line == 0) GTEST_SKIP() << "libc6-dbg is not installed";
    ASSERT_FALSE(told.empty());
    EXPECT_EQ(told.front(), "reading symbols of " + fs::path(library_).filename().string());
    EXPECT_EQ(told.back(), "") << "it is over";
    told.clear();
    frame();
    EXPECT_TRUE(told.empty());
}

TEST_F(KeptSymbolsTest, ADebugFileThatComesLaterIsSeenAndSoIsItsGoing) {
    if (!fs::exists("/usr/lib/debug/" + debug_file())) GTEST_SKIP() << "libc6-dbg is not installed";
    EXPECT_EQ(frame().line, 0);
    run("mkdir -p debug/$(dirname " + debug_file() + ") && ln -s /usr/lib/debug/" + debug_file() + " debug/" +
        debug_file());
    const Frame known = frame();
    EXPECT_GT(known.line, 0);
    EXPECT_EQ(frame().line, known.line);
    EXPECT_EQ(frame().file, known.file);
    run("rm debug/" + debug_file());
    EXPECT_EQ(frame().line, 0);
}

TEST_F(KeptSymbolsTest, AReplacedFileIsSeen) {
    run("ln -s " + library_ + " library");
    module_.path = path("library");
    EXPECT_EQ(frame().function, "bsearch");
    EXPECT_EQ(frame().function, "bsearch");
    run("ln -sfn $(readlink -f /proc/self/exe) library");
    EXPECT_EQ(frame().function, "");
    EXPECT_EQ(frame().function, "") << "nor from what was kept of that";
    ASSERT_EQ(warnings_.size(), 1u);
    EXPECT_NE(warnings_[0].find("was replaced"), std::string::npos) << warnings_[0];
    run("ln -sfn " + library_ + " library");
    EXPECT_EQ(frame().function, "bsearch");
    EXPECT_TRUE(warnings_.empty());
}

TEST_F(KeptSymbolsTest, AFileThatWasJustWrittenIsNotKept) {
    run("cp " + library_ + " library");
    module_.path = path("library");
    EXPECT_EQ(frame().function, "bsearch");
    SymbolCache cache(options_.cache_folder);
    ASSERT_TRUE(cache.begin_changes());
    EXPECT_EQ(run("sqlite3 cache/symbols.db 'SELECT count(*) FROM module'"), "0\n")
        << "it could change again and have the same time";
}

TEST_F(KeptSymbolsTest, CalledFunctionsAreKeptToo) {
    std::vector<std::string> first;
    for (int round = 0; round < 2; ++round) {
        Symbolizer symbolizer(options_);
        std::vector<std::string> names;
        for (std::uint64_t pc = pc_; pc < pc_ + 4096; ++pc) {
            const Frame* called = symbolizer.called(module_, pc);
            names.push_back(called ? called->function + "@" + std::to_string(called->offset) : "-");
        }
        if (round == 0) first = names;
        EXPECT_EQ(names, first);
    }
}

// Of a program that is just old enough to be kept, by a link that can be another file at once.
class KeptAllocatorTest : public SymbolsTest {
  protected:
    void SetUp() override {
        SymbolsTest::SetUp();
        if (symbols_version().empty()) GTEST_SKIP() << "this program has no build-id: nothing is kept";
        if (!has_tool("gcc")) GTEST_SKIP() << "gcc is not installed";
        run("gcc -fno-builtin -o hidden_malloc " DREGS_TEST_SOURCES
            "/programs/hidden_malloc.c && "
            "ln -s hidden_malloc program && sleep 2.1");
        module_ = image_of(path("program"));
        options_.cache_folder = path("cache");
    }
    std::string hidden() const { return Symbolizer(options_).inner_allocator(module_); }
    std::string query(const std::string& sql) const { return run("sqlite3 cache/symbols.db '" + sql + "'"); }

    ModuleImage module_;
    SymbolizerOptions options_;
};

TEST_F(KeptAllocatorTest, IsSaidAgainUntilTheFileIsAnother) {
    Symbolizer(options_).resolve(module_, 0x10, true);  // a record of names says nothing of it
    EXPECT_EQ(hidden(), "malloc");
    ASSERT_TRUE(fs::exists(path("cache/symbols.db")));
    EXPECT_EQ(hidden(), "malloc");
    run("ln -sfn $(readlink -f /proc/self/exe) program");
    EXPECT_EQ(hidden(), "");
    EXPECT_EQ(hidden(), "");
    run("ln -sfn hidden_malloc program");
    EXPECT_EQ(hidden(), "malloc") << "not what was kept of the other";
}

TEST_F(KeptAllocatorTest, WhatIsLeftOfAKeptTextIsNotBelieved) {
    if (!has_tool("sqlite3")) GTEST_SKIP() << "sqlite3 is not installed";
    EXPECT_EQ(hidden(), "malloc");
    const auto kept = [&](const std::string& column, const std::string& table) {
        return query("SELECT writefile(\"part\", " + column + ") FROM " + table);
    };
    const auto part = [&] {
        std::ifstream stream(path("part"), std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(stream), {});
    };
    ASSERT_EQ(query("SELECT count(*) FROM answer"), "1\n");
    kept("text", "answer");
    const std::string text = part();
    SymbolCache::Module record;
    kept("key", "module");
    record.key = part();
    kept("probes", "module");
    record.probes = part();
    ASSERT_GT(text.size(), 6u);
    for (std::size_t size = 0; size < text.size(); ++size) {
        query("DELETE FROM answer");
        SymbolCache cache(options_.cache_folder);
        ASSERT_TRUE(cache.begin_changes());
        cache.add(record, {{0, text.substr(0, size)}});
        cache.end_changes();
        EXPECT_EQ(hidden(), "malloc") << size;
    }
}

}  // namespace
}  // namespace dregs
