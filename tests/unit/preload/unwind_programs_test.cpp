// Real programs, unmodified, with a malloc that holds every Nth walk against libunwind's: no frame may differ.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace dregs {
namespace {

struct Tally {
    unsigned long long walks = 0;
    unsigned long long followed = 0;
    unsigned long long disagreed = 0;
    unsigned long long misfollowed = 0;
    unsigned long long not_whole = 0;
};

struct Program {
    const char* name;  // what must be installed
    const char* command;
    int every;
    unsigned long long walks;  // at least
};

void PrintTo(const Program& program, std::ostream* out) { *out << program.name; }

class UnwindPrograms : public ::testing::TestWithParam<Program> {
  protected:
    void SetUp() override {
        report_ = ::testing::TempDir() + "dregs_unwind_" + std::to_string(getpid()) + ".txt";
        std::remove(report_.c_str());
    }
    void TearDown() override { std::remove(report_.c_str()); }

    // Exit status of the command with the comparing malloc in all its processes.
    int run(const Program& program) const {
        const std::string folder = std::string(DREGS_TEST_PROGRAMS) + "/unwind";
        const std::string command = "cd " + folder + " && LD_PRELOAD=" + folder +
                                    "/unwind_crosscheck.so DREGS_CROSSCHECK=" + std::to_string(program.every) + ":" +
                                    report_ + " PYTHONMALLOC=malloc " + program.command + " >/dev/null";
        return std::system(command.c_str());
    }

    // Lines are "PATH: walks N followed N disagreed N misfollowed N not whole N"; others show disagreements.
    Tally read_report() const {
        std::ifstream file(report_);
        Tally sum;
        for (std::string line; std::getline(file, line);) {
            Tally one;
            const std::size_t at = line.find(": walks ");
            const char* numbers = at == std::string::npos ? "" : line.c_str() + at;
            if (std::sscanf(numbers, ": walks %llu followed %llu disagreed %llu misfollowed %llu not whole %llu",
                            &one.walks, &one.followed, &one.disagreed, &one.misfollowed, &one.not_whole) != 5) {
                std::printf("%s\n", line.c_str());
                continue;
            }
            sum.walks += one.walks;
            sum.followed += one.followed;
            sum.disagreed += one.disagreed;
            sum.misfollowed += one.misfollowed;
            sum.not_whole += one.not_whole;
        }
        return sum;
    }

    std::string report_;
};

TEST_P(UnwindPrograms, EveryWalkEqualsLibunwinds) {
    const Program& program = GetParam();
    const std::string library = std::string(DREGS_TEST_PROGRAMS) + "/unwind/unwind_crosscheck.so";
    if (access(library.c_str(), R_OK) != 0) GTEST_SKIP() << "built without libunwind";
    const std::string installed = "command -v " + std::string(program.name) + " >/dev/null";
    if (program.name[0] != '.' && std::system(installed.c_str()) != 0) GTEST_SKIP() << program.name << " is not here";
    EXPECT_EQ(run(program), 0);
    const Tally tally = read_report();
    EXPECT_GE(tally.walks, program.walks);
    EXPECT_EQ(tally.followed, tally.walks);
    EXPECT_EQ(tally.disagreed, 0u);
    EXPECT_EQ(tally.misfollowed, 0u);
    EXPECT_EQ(tally.not_whole, 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Installed, UnwindPrograms,
    ::testing::Values(
        Program{"./unwind_holes", "./unwind_holes", 1, 100}, Program{"ls", "ls -l /usr/share", 1, 50},
        Program{"perl", "perl -e 'my %h; $h{$_} = [$_, \"x$_\"] for 1..5000; print scalar(keys %h)'", 5, 1000},
        Program{"/usr/bin/python3",
                "/usr/bin/python3 -c 'import json, email, threading; json.dumps([{str(i): [i]} for i in range(999)])'",
                50, 1000},
        Program{"bash", "bash -c 'for i in {1..500}; do a[$i]=$((i * i)); done; ls / | sort | wc -l'", 5, 500},
        Program{"git", "git --version", 1, 5},
        Program{"sqlite3",
                "sqlite3 :memory: 'with recursive c(x) as (select 1 union all select x + 1 from c where x < 2000) "
                "select group_concat(hex(x)) from c'",
                2, 1000},
        Program{"awk", "awk 'BEGIN { for (i = 0; i < 9999; ++i) a[i] = i \"x\"; print length(a) }'", 1, 50},
        Program{"../nswapsim", "../nswapsim 300 leak", 1, 1000},
        Program{"../sipleak", "sh -c 'SUBS=300 NORELEASE=1 ../sipleak 20 leak'", 3, 1000},
        Program{"tshark",
                "sh -c 'p=/tmp/dregs_crosscheck_$$.pcap; env -u LD_PRELOAD python3 " DREGS_TEST_DATA
                "/mkpcap.py $p 200 && tshark -V -r $p; s=$?; rm -f $p; exit $s'",
                25, 5000},
        Program{
            "redis-server",
            "sh -c 's=/tmp/dregs_crosscheck_$$.sock; redis-server --port 0 --unixsocket $s --save \"\" & "
            "unset LD_PRELOAD; for i in $(seq 100); do redis-cli -s $s ping | grep -q PONG && break; sleep 0.1; "
            "done; redis-benchmark -s $s -q -n 3000 -c 5 -t set,lpush,hset; redis-cli -s $s shutdown nosave; wait $!'",
            5, 1000},
        Program{
            "../request_server",
            "sh -c 'o=/tmp/dregs_crosscheck_$$.out; ../request_server 4 >$o & for i in $(seq 100); do "
            "grep -q port $o && break; sleep 0.1; done; ../request_load $(awk \"/^port/ { print \\$2 }\" $o) 2000 4 "
            "quit; rm -f $o; wait $!'",
            5, 1000}),
    [](const auto& program) {
        const std::string name = program.param.name;
        if (name == "redis-server") return std::string("redis");
        return name.substr(name.rfind('/') == std::string::npos ? 0 : name.rfind('/') + 1);
    });

}  // namespace
}  // namespace dregs
