// Words for the user: what a file is that is no trace, words for a shell, usage errors.
#include <gtest/gtest.h>

#include <sstream>

#include "analyzer/cli.h"
#include "analyzer/commands/shell_word.h"
#include "analyzer/trace/file_kind.h"

namespace dregs {
namespace {

std::string message(const std::vector<const char*>& words) {
    std::vector<const char*> argv{"dregs"};
    argv.insert(argv.end(), words.begin(), words.end());
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(run_cli(static_cast<int>(argv.size()), argv.data(), out, err), 2);
    EXPECT_EQ(out.str(), "");
    return err.str().substr(0, err.str().find('\n'));
}

TEST(FileKind, IsToldByTheFirstBytes) {
    EXPECT_NE(file_kind("x", "v 10400 3\n").find("heaptrack"), std::string::npos);
    EXPECT_NE(file_kind("x", std::string("\x7f"
                                         "ELF\2\1\1\0\0\0\0\0\0\0\0\0\4\0",
                                         18))
                  .find("core dump"),
              std::string::npos);
    EXPECT_NE(file_kind("x",
                        "\x7f"
                        "ELF")
                  .find("program"),
              std::string::npos);
    EXPECT_NE(file_kind("x", "SQLite format 3").find("sqlite3"), std::string::npos);
    EXPECT_NE(file_kind("x", "notes\n").find("text"), std::string::npos);
    EXPECT_EQ(file_kind("x", "\x1f\x8b"), "compressed by gzip");
    EXPECT_EQ(file_kind("x", "\x1f\x8b\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), "compressed by gzip");
    EXPECT_EQ(file_kind("x", std::string("\1\2\0\3", 4)), "");
    EXPECT_EQ(file_kind("x", ""), "");
}

TEST(ShellWord, IsQuotedWhereItMustBe) {
    EXPECT_EQ(shell_word("/a/b.1.dregs"), "/a/b.1.dregs");
    EXPECT_EQ(shell_word("it's one"), "'it'\\''s one'");
    EXPECT_EQ(shell_word(""), "''");
    EXPECT_EQ(shell_word("$x"), "'$x'");
    EXPECT_EQ(shell_word("a\nb's\\\xff"), R"($'a\012b\'s\\\377')");
    EXPECT_EQ(shell_pattern("/a/b.*.dregs"), "/a/b.*.dregs");
    EXPECT_EQ(shell_pattern("/a c/*b.*.dregs"), "'/a c/*b.'*.dregs");
    EXPECT_EQ(shell_pattern("/a/b.*"), "/a/b.*");
}

TEST(Usage, SaysWhatWasMeant) {
    EXPECT_EQ(message({"tpo"}), "dregs: there is no command tpo; did you mean top?");
    EXPECT_EQ(message({"top", "--srot=bytes"}), "dregs: there is no option --srot; did you mean --sort?");
    EXPECT_EQ(
        message({"top", "x", "--by", "sites"}),
        "dregs: --by: there is no sites; there are function, module, scope, site, stack, thread; did you mean site?");
    EXPECT_EQ(message({"run", "--qiuet", "--", "true"}),
              "dregs: run: there is no option --qiuet; did you mean --quiet?");
    EXPECT_EQ(message({"top", "a", "b"}), "dregs: what is b? Usage: dregs top [OPTIONS] TRACE|PID");
    EXPECT_EQ(message({"--json", "top", "a"}), "dregs: --json stands before top. Usage: dregs top [OPTIONS] TRACE|PID");
    EXPECT_EQ(message({"help", "topp"}).substr(0, 37), "dregs: command: there is no topp; the");
    EXPECT_EQ(message({"top", "x", "--compat=y"}), "dregs: --compat: there is no y; there is cjdns");
    EXPECT_EQ(message({"top", "x", "-n", "-1"}), "dregs: --rows: -1 is no whole number");
}

TEST(Usage, SaysWhatIsMissing) {
    EXPECT_EQ(message({}).substr(0, 38), "dregs: which command? There are run, t");
    EXPECT_EQ(message({"top"}), "dregs: top needs TRACE|PID: a trace, or the pid of a running traced process");
    EXPECT_EQ(message({"diff", "a"}), "dregs: diff needs OLD NEW [NEWER ...]: traces or pids, oldest first");
}

TEST(Usage, TheLastOfAnOptionCounts) {
    EXPECT_EQ(message({"top", "missing", "--sort=bytes", "--sort=count", "-n1", "-n2"}),
              "dregs: missing: No such file or directory");
}

}  // namespace
}  // namespace dregs
