// What is made of the tables of options: rows, the manual page's text, completion, "did you mean".
#include <gtest/gtest.h>

#include "analyzer/manual/command_table.h"
#include "analyzer/manual/completion.h"
#include "analyzer/manual/help_text.h"
#include "analyzer/manual/man_page.h"
#include "analyzer/manual/nearest_name.h"
#include "analyzer/manual/roff_text.h"

namespace dregs {
namespace {

class ManualTest : public testing::Test {
  protected:
    ManualTest() {
        look_ = app_.add_subcommand("look", "Look at it");
        look_->add_option("trace", text_, "A trace")->type_name("TRACE|PID");
        const std::map<std::string, int> orders{{"count", 0}, {"bytes", 1}};
        look_->add_option("-s,--sort", number_, "The order; more")
            ->transform(CLI::CheckedTransformer(orders).description(""))
            ->type_name("ORDER");
        look_->add_option("--mode", text_, "How")->check(CLI::IsMember({"on", "off"}).description(""));
        look_->add_option("--rows", number_, "How many")->check(CLI::Range(1, 9).description(""))->type_name("N");
        look_->add_option("--output", text_, "Where to")->type_name("FILE");
        look_->add_option("--scope", text_, "Of this kind")->type_name("KIND");
        look_->add_option("--where", text_, "Of these")
            ->check(CLI::IsMember({"scope:", "thread:", "module:", "file:"}).description(""))
            ->type_name("FIELD:PATTERN");
        look_->add_flag("--all", all_, "Everything");
        look_->add_option("--very-long-name-of-an-option", texts_, "Words that do not fit into one line of sixty")
            ->type_name("WORD")
            ->envname("DREGS_WORD");
        app_.add_subcommand("hidden", "Not shown")->group("");
        CLI::App* run = app_.add_subcommand("run", "Run it");
        run->add_option("--limit", text_, "Most")->type_name("BYTES");
        run->add_option("--pools", text_, "Of these libraries")
            ->check(CLI::IsMember({"apr", "talloc"}).description(""))
            ->type_name("NAMES");
        run->add_option("--only", text_, "Programs")->type_name("NAMES");
        run->prefix_command();
        table_ = read_commands(app_);
    }

    std::vector<std::string> offered(const std::vector<std::string>& words) {
        const auto names_in = [](const std::string& trace) {
            return trace == "t" ? TraceNames{{"file", "packet"}, {"worker"}, {"libx.so"}} : TraceNames{};
        };
        completion_ = complete(table_, words, {[] { return std::vector<Candidate>{{"4711", "server"}}; }, names_in});
        std::vector<std::string> texts;
        for (const Candidate& candidate : completion_.candidates) texts.push_back(candidate.text);
        return texts;
    }
    FileCandidates files(const std::vector<std::string>& words) {
        offered(words);
        return completion_.files;
    }

    CLI::App app_{"Looks"};
    CLI::App* look_ = nullptr;
    CommandTable table_;
    Completion completion_;
    std::string text_;
    std::vector<std::string> texts_;
    int number_ = 0;
    bool all_ = false;
};

using Words = std::vector<std::string>;

TEST_F(ManualTest, TheTableHasWhatHelpShows) {
    ASSERT_EQ(table_.commands.size(), 2u);
    EXPECT_EQ(table_.find("hidden"), nullptr);
    const CommandRow& look = table_.commands[0];
    EXPECT_EQ(look.summary, "Look at it");
    EXPECT_EQ(look.arguments.at(0).placeholder, "TRACE|PID");
    EXPECT_FALSE(look.find_option("--all")->takes_value());
    EXPECT_EQ(look.find_option("-s"), look.find_option("--sort"));
    EXPECT_EQ(look.find_option("--sort")->choices, (Words{"bytes", "count"}));
    EXPECT_EQ(look.find_option("--mode")->choices, (Words{"off", "on"}));
    EXPECT_EQ(look.find_option("--rows")->choices, Words{});
    EXPECT_TRUE(table_.find("run")->runs_program);
}

TEST_F(ManualTest, HelpFitsTheTerminal) {
    look_->footer("One line.\nAnother one, which is longer than sixty letters and therefore flows.");
    const CommandTable table = read_commands(app_);
    EXPECT_EQ(help_text(table, table.commands[0], 60).substr(0, 168),
              "Look at it\n"
              "Usage: dregs look [OPTIONS] TRACE|PID\n"
              "\nArguments:\n"
              "  TRACE|PID                 A trace\n"
              "\nOptions:\n"
              "  -h, --help                Print this help message and exit\n");
    const std::string text = help_text(table, table.commands[0], 60);
    EXPECT_NE(text.find("\n  --very-long-name-of-an-option WORD ...\n"
                        "                            Words that do not fit into one\n"
                        "                            line of sixty (DREGS_WORD)\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("\nOne line.\nAnother one, which is longer than sixty letters and\ntherefore flows.\n"),
              std::string::npos)
        << text;
    EXPECT_NE(help_text(table, table.self, 60).find("\nCommands:\n  look      Look at it\n"), std::string::npos);
}

TEST_F(ManualTest, CompletesTheChoicesOfAnArgument) {
    app_.add_subcommand("help", "Help")
        ->add_option("of", text_, "Of it")
        ->check(CLI::IsMember({"look", "run"}).description(""));
    table_ = read_commands(app_);
    EXPECT_EQ(offered({"help", "l"}), (Words{"look"}));
}

TEST_F(ManualTest, CompletesCommandsOptionsAndValues) {
    EXPECT_EQ(offered({""}), (Words{"look", "run"}));
    EXPECT_EQ(offered({"l"}), Words{"look"});
    EXPECT_EQ(offered({"look", "--so"}), Words{"--sort"});
    EXPECT_EQ(offered({"look", "--sort", "b"}), Words{"bytes"});
    EXPECT_EQ(offered({"look", "-s", ""}), (Words{"bytes", "count"}));
    EXPECT_EQ(offered({"look", "--sort=c"}), Words{"--sort=count"});
    EXPECT_EQ(offered({"look", "--nothing=c"}), Words{});
    EXPECT_EQ(offered({"nothing", ""}), Words{});
    EXPECT_EQ(offered({}), (Words{"look", "run"}));
}

TEST_F(ManualTest, CompletesNamesWithCommasOneByOne) {
    EXPECT_EQ(offered({"run", "--pools="}), (Words{"--pools=apr", "--pools=talloc"}));
    EXPECT_EQ(offered({"run", "--pools", "apr,"}), Words{"apr,talloc"});
    EXPECT_EQ(offered({"run", "--pools", "apr,talloc,"}), Words{});
    EXPECT_EQ(files({"run", "--only=ls,ca"}), FileCandidates::kPrograms);
    EXPECT_EQ(completion_.file_prefix, "--only=ls,");
}

TEST_F(ManualTest, CompletesWhatTheTracesOnTheLineHave) {
    EXPECT_EQ(offered({"look", "t", "--scope", ""}), (Words{"file", "packet"}));
    EXPECT_EQ(offered({"look", "--rows", "3", "t", "--scope=p"}), Words{"--scope=packet"});
    EXPECT_EQ(offered({"look", "--scope", ""}), Words{}) << "no trace yet";
    EXPECT_EQ(offered({"look", "other", "--scope", ""}), Words{});
    EXPECT_EQ(offered({"look", "t", "--where", ""}), (Words{"file:", "module:", "scope:", "thread:"}));
    EXPECT_EQ(offered({"look", "t", "--where=sc"}), Words{"--where=scope:"});
    EXPECT_EQ(offered({"look", "t", "--where=scope:f"}), Words{"--where=scope:file"});
    EXPECT_EQ(offered({"look", "t", "--where", "thread:"}), (Words{"thread:", "thread:worker*"}));
    EXPECT_EQ(offered({"look", "t", "--where", "module:l"}), Words{"module:libx.so"});
}

TEST_F(ManualTest, CompletesFilesAndProcesses) {
    EXPECT_EQ(offered({"look", "--all", ""}), Words{"4711"});
    EXPECT_EQ(completion_.files, FileCandidates::kTraces);
    EXPECT_EQ(files({"look", "--output", ""}), FileCandidates::kAny);
    EXPECT_EQ(files({"look", "--rows", ""}), FileCandidates::kNone);
    EXPECT_EQ(files({"look", "--output=a"}), FileCandidates::kAny);
    EXPECT_EQ(completion_.file_prefix, "--output=");
}

TEST_F(ManualTest, BehindTheProgramNothingIsOurs) {
    EXPECT_EQ(files({"run", "--limit", "5M", "--", ""}), FileCandidates::kPrograms);
    EXPECT_EQ(files({"run", ""}), FileCandidates::kPrograms);
    EXPECT_EQ(files({"run", "cat", ""}), FileCandidates::kAny);
    EXPECT_EQ(offered({"run", "--", "cat", "--"}), Words{});
    EXPECT_EQ(offered({"run", "--li"}), Words{"--limit"});
}

TEST_F(ManualTest, TheLinesForShellsHoldNoControlCharacters) {
    const Completion completion{{{"4711", "evil\tname\n:files"}}, FileCandidates::kTraces, ""};
    EXPECT_EQ(completion_lines(completion), ":traces \n4711\tevil name :files\n");
}

TEST_F(ManualTest, NothingInTextIsARequestOfRoff) {
    EXPECT_EQ(roff_paragraph(".SH 'x' a-b \\fB"), "\\&.SH 'x' a\\-b \\efB\n");
    EXPECT_EQ(roff_paragraph(" \n "), "");
    const std::string page = man_page(table_, "1.2.3", "2026-01-01");
    EXPECT_NE(page.find(".TH DREGS 1 2026-01-01 \"dregs 1.2.3\""), std::string::npos);
    EXPECT_NE(page.find("\\fB\\-s\\fR, \\fB\\-\\-sort\\fR \\fIORDER\\fR\nThe order; more\n"), std::string::npos);
    EXPECT_EQ(page.find("hidden"), std::string::npos);
}

TEST(NearestName, IsTheOneThatWasMeant) {
    const Words names{"run", "top", "diff", "scopes", "snapshot", "export"};
    EXPECT_EQ(nearest_name("tpo", names), "top");
    EXPECT_EQ(nearest_name("snapshto", names), "snapshot");
    EXPECT_EQ(nearest_name("scop", names), "scopes");
    EXPECT_EQ(nearest_name("exports", names), "export");
    EXPECT_EQ(nearest_name("s", names), "");
    EXPECT_EQ(nearest_name("nonsense", names), "");
    EXPECT_EQ(nearest_name("", names), "");
    EXPECT_EQ(nearest_name(std::string(1000, 't'), names), "");
}

TEST(NearestName, CountsEdits) {
    EXPECT_EQ(edit_distance("", "abc"), 3u);
    EXPECT_EQ(edit_distance("abc", "acb"), 1u);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
    EXPECT_EQ(edit_distance("same", "same"), 0u);
}

}  // namespace
}  // namespace dregs
