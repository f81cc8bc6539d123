// The command line: exit statuses, what goes to stdout and what to stderr, files that are never overwritten.
#include "analyzer/cli.h"

#include <unistd.h>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analyzer/trace/new_file.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

struct Outcome {
    int status;
    std::string out;
    std::string err;
};

Outcome call(std::vector<std::string> words) {
    words.insert(words.begin(), "dregs");
    std::vector<const char*> argv;
    for (const std::string& word : words) argv.push_back(word.c_str());
    std::ostringstream out;
    std::ostringstream err;
    const int status = run_cli(static_cast<int>(argv.size()), argv.data(), out, err);
    return {status, out.str(), err.str()};
}

class CliTest : public testing::Test {
  protected:
    std::string sample(const std::string& name = "sample.dregs") {
        TraceWriter writer = sample_trace();
        return folder_.write(name, writer.finish());
    }
    TempFolder folder_;
};

TEST_F(CliTest, HelpGoesToStdoutWithZero) {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"--help"},
                                                  {"run", "--help"},
                                                  {"top", "--help"},
                                                  {"diff", "--help"},
                                                  {"scopes", "--help"},
                                                  {"snapshot", "--help"},
                                                  {"--version"}}) {
        const Outcome outcome = call(words);
        EXPECT_EQ(outcome.status, 0) << words[0];
        EXPECT_NE(outcome.out, "") << words[0];
        EXPECT_EQ(outcome.err, "") << words[0];
    }
}

TEST_F(CliTest, UsageErrorsExitWithTwo) {
    for (const std::vector<std::string>& words : {std::vector<std::string>{},
                                                  {"bogus"},
                                                  {"top"},
                                                  {"top", sample(), "--sort=colour"},
                                                  {"diff", sample()},
                                                  {"top", sample(), "--where=x"},
                                                  {"top", sample(), "--format=umdh", "--by=site"},
                                                  {"run"},
                                                  {"run", "--"},
                                                  {"run", "--bogus", "--", "true"},
                                                  {"scopes", sample(), "--format=umdh"},
                                                  {"top", sample(), "-n", "-1"}}) {
        const Outcome outcome = call(words);
        EXPECT_EQ(outcome.status, 2) << (words.empty() ? "" : words.back());
        EXPECT_EQ(outcome.out, "");
        EXPECT_NE(outcome.err, "");
    }
}

TEST_F(CliTest, AnUnreadableTraceIsOneLineAndTwo) {
    const std::string garbage = folder_.write("garbage.dregs", std::vector<std::uint8_t>(5000, 7));
    for (const std::string& path : {garbage, folder_.path("missing"), folder_.path(""), std::string("/dev/zero")}) {
        for (const char* command : {"top", "scopes", "snapshot"}) {
            const Outcome outcome = call({command, path});
            EXPECT_EQ(outcome.status, 2) << path;
            EXPECT_EQ(outcome.out, "");
            EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
            EXPECT_EQ(outcome.err.rfind("dregs: ", 0), 0u);
        }
    }
}

TEST_F(CliTest, AHostileFileNameIsEscaped) {
    EXPECT_EQ(call({"top", "\x1b[31m"}).err, "dregs: \\x1b[31m: No such file or directory\n");
}

TEST_F(CliTest, TopPrintsTextJsonAndUmdh) {
    EXPECT_NE(call({"top", sample()}).out.find("leak"), std::string::npos);
    const Outcome json = call({"top", sample("again.dregs"), "--json", "-n", "1"});
    EXPECT_EQ(json.status, 0);
    EXPECT_EQ(nlohmann::json::parse(json.out)["sites"].size(), 1u);
    EXPECT_EQ(call({"top", folder_.path("again.dregs"), "--format=umdh", "-d"}).out.rfind("+    3000 (", 0), 0u);
    EXPECT_EQ(call({"top", folder_.path("again.dregs"), "--format=umdh", "--sort=bytes", "--scope", ""}).status, 0);
}

TEST_F(CliTest, WrappersCanBeNamed) {
    const Outcome outcome = call({"top", sample(), "--wrapper", "leak", "--json"});
    EXPECT_EQ(nlohmann::json::parse(outcome.out)["sites"][0]["frames"][0]["function"], "handle_request");
    std::ofstream(folder_.path("list")) << "leak\nhandle_*\n";
    const Outcome listed =
        call({"top", folder_.path("sample.dregs"), "--wrapper-list", folder_.path("list"), "--json"});
    EXPECT_EQ(nlohmann::json::parse(listed.out)["sites"][0]["frames"][0]["function"], "main");
    EXPECT_EQ(call({"top", folder_.path("sample.dregs"), "--wrapper-list", "/nonexistent"}).status, 2);
}

TEST_F(CliTest, ScopesExitsWithOneOnlyWhenAsked) {
    EXPECT_EQ(call({"scopes", sample()}).status, 0);
    EXPECT_EQ(call({"scopes", sample(), "--exit-code"}).status, 1);
    TraceWriter clean;
    EXPECT_EQ(call({"scopes", folder_.write("clean.dregs", clean.finish()), "--exit-code"}).status, 0);
}

TEST_F(CliTest, DiffComparesManyTraces) {
    const std::string trace = sample();
    const Outcome same = call({"diff", trace, trace, "--json"});
    EXPECT_EQ(same.status, 0);
    EXPECT_EQ(nlohmann::json::parse(same.out)["sites"].size(), 0u);
    EXPECT_EQ(call({"diff", trace, trace, trace}).status, 0);
    EXPECT_EQ(call({"diff", trace, folder_.path("missing")}).status, 2);
}

TEST_F(CliTest, ASnapshotReadsLikeTheTraceAndOverwritesNothing) {
    const std::string trace = sample();
    const std::string copy = folder_.path("copy.dregs");
    EXPECT_EQ(call({"snapshot", trace, "-o", copy}).out, copy + "\n");
    EXPECT_EQ(call({"snapshot", trace, "-o", copy}).out, folder_.path("copy.2.dregs") + "\n");
    EXPECT_EQ(call({"snapshot", trace, "-o", copy}).out, folder_.path("copy.3.dregs") + "\n");
    const auto sites = [](const std::string& path) {
        return nlohmann::json::parse(call({"top", path, "--json"}).out)["sites"];
    };
    EXPECT_EQ(sites(copy), sites(trace));
    EXPECT_EQ(call({"diff", trace, copy}).status, 0);
    EXPECT_NE(call({"top", copy}).out.find("snapshot of "), std::string::npos);
    const auto mode = std::filesystem::status(copy).permissions();
    EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(CliTest, ASnapshotThatFailsLeavesNothingBehind) {
    std::vector<std::uint8_t> bytes;
    {
        TraceWriter writer = sample_trace();
        bytes = writer.finish();
    }
    bytes.resize(bytes.size() - 8);
    const std::string cut = folder_.write("cut.dregs", bytes);
    EXPECT_EQ(call({"snapshot", cut, "-o", folder_.path("out.dregs")}).status, 2);
    EXPECT_FALSE(std::filesystem::exists(folder_.path("out.dregs")));
    EXPECT_EQ(call({"snapshot", sample(), "-o", folder_.path("no/such/folder.dregs")}).status, 2);
}

TEST_F(CliTest, APidWithoutATraceSaysSo) {
    const Outcome own = call({"top", std::to_string(::getpid())});
    EXPECT_EQ(own.status, 2);
    EXPECT_NE(own.err.find("writes no trace"), std::string::npos) << own.err;
    EXPECT_NE(call({"top", "4194303"}).err.find("there is no process 4194303"), std::string::npos);
}

TEST(NumberedPath, PutsTheNumberBeforeTheSuffix) {
    EXPECT_EQ(numbered_path("a/b.dregs", 2), "a/b.2.dregs");
    EXPECT_EQ(numbered_path("a.d/b", 3), "a.d/b.3");
    EXPECT_EQ(numbered_path(".hidden", 2), ".hidden.2");
}

}  // namespace
}  // namespace dregs
