// Processes: finding a live trace by pid, telling whether it still runs, holding it still, running a program.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "analyzer/commands/child.h"
#include "analyzer/commands/program_file.h"
#include "analyzer/commands/written_traces.h"
#include "analyzer/trace/clock.h"
#include "analyzer/trace/error.h"
#include "analyzer/trace/freeze.h"
#include "analyzer/trace/locate.h"
#include "analyzer/trace/process_status.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

using namespace std::chrono_literals;

// A trace as if written by `pid`, on disk.
class ProcessTest : public testing::Test {
  protected:
    std::string write_trace(pid_t pid, format::ProcessState state = format::ProcessState::kRunning,
                            std::uint64_t boottime = clock_ns(CLOCK_BOOTTIME)) {
        TraceWriter writer;
        writer.header().writer = format::Writer::kShim;
        writer.header().pid = static_cast<std::uint32_t>(pid);
        writer.header().state = state;
        writer.header().start_boottime_ns = boottime;
        return folder_.write("live.dregs", writer.finish());
    }
    static Liveness liveness_of(const std::string& path) {
        const FileSource source(path);
        const Trace trace = load_trace(source, [](const LiveBlock&) {});
        return process_status(trace, source).liveness;
    }

    TempFolder folder_;
};

// A file mapped as the shim maps its trace.
class Mapping {
  public:
    explicit Mapping(const std::string& path) {
        const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
        memory_ = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
        ::close(descriptor);
    }
    ~Mapping() { ::munmap(memory_, kBytes); }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;

  private:
    static constexpr std::size_t kBytes = 4096;
    void* memory_;
};

TEST_F(ProcessTest, FindsTheTraceOfAPidInItsMaps) {
    const std::string path = write_trace(::getpid());
    EXPECT_THROW(open_trace_of(static_cast<std::uint32_t>(::getpid())), Error);
    const Mapping mapping(path);
    EXPECT_EQ(open_trace_of(static_cast<std::uint32_t>(::getpid()))->name(), path);
    EXPECT_EQ(open_trace_or_pid(std::to_string(::getpid())).source->name(), path);
    EXPECT_EQ(liveness_of(path), Liveness::kRunning);
}

TEST_F(ProcessTest, FindsADeletedTraceWhereThatIsAllowed) {
    const std::string path = write_trace(::getpid());
    const Mapping mapping(path);
    std::filesystem::remove(path);
    if (::geteuid() != 0) GTEST_SKIP() << "/proc/PID/map_files needs privilege";
    EXPECT_NE(open_trace_of(static_cast<std::uint32_t>(::getpid())), nullptr);
}

TEST_F(ProcessTest, IsNotFooledByAPidUsedAgain) {
    // This process began after the trace did.
    EXPECT_EQ(liveness_of(write_trace(::getpid(), format::ProcessState::kRunning, 1)), Liveness::kEnded);
    EXPECT_EQ(liveness_of(write_trace(::getpid(), format::ProcessState::kExited, 1)), Liveness::kExited);
}

TEST_F(ProcessTest, TellsExecFromRunning) {
    // The process is there and began before, but maps no trace any more.
    EXPECT_EQ(liveness_of(write_trace(::getpid())), Liveness::kReplaced);
}

TEST_F(ProcessTest, KnowsTheDead) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
    EXPECT_EQ(liveness_of(write_trace(child)), Liveness::kEnded);
    EXPECT_EQ(liveness_of(write_trace(child, format::ProcessState::kExited)), Liveness::kExited);
}

// State letter of each thread of a process.
std::string states_of(pid_t pid) {
    std::string states;
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
        std::ifstream file(task.path() / "stat");
        std::string line;
        std::getline(file, line);
        states += line[line.rfind(')') + 2];
    }
    return states;
}

pid_t start_busy_process() {
    const pid_t child = ::fork();
    if (child != 0) return child;
    for (int i = 0; i < 3; ++i) {
        std::thread([] {
            for (std::atomic<unsigned> spin{0};; ++spin) {
            }
        }).detach();
    }
    for (;;) ::pause();
}

TEST(FreezeTest, HoldsEveryThreadAndLetsGo) {
    const pid_t child = start_busy_process();
    for (int i = 0; i < 500 && states_of(child).size() < 4; ++i) std::this_thread::sleep_for(10ms);
    {
        const Freeze freeze(child);
        EXPECT_EQ(states_of(child), "tttt");
        ::kill(child, SIGURG);  // ignored by default; must not end anything when it is delivered later
    }
    std::this_thread::sleep_for(20ms);
    EXPECT_EQ(states_of(child).find('t'), std::string::npos);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
}

TEST(FreezeTest, SaysWhyItCannot) { EXPECT_THROW(Freeze(4194303), Error); }

int status_of(const std::string& script) {
    Child child("/bin/sh", {"sh", "-c", script}, {"PATH=/usr/bin:/bin"});
    EXPECT_EQ(child.start_error(), 0);
    return child.wait();
}

TEST(ChildTest, EndsAsTheProgramEnds) {
    EXPECT_EQ(end_like(status_of("exit 42")), 42);
    const int killed = status_of("kill -TERM $$");
    const pid_t shadow = ::fork();
    if (shadow == 0) ::_exit(end_like(killed));
    int status = 0;
    ::waitpid(shadow, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

TEST(ChildTest, GivesTheProgramNothingOfOurs) {
    int inheritable = 0;
    for (int descriptor = 0; descriptor < 1024; ++descriptor) {
        const int flags = ::fcntl(descriptor, F_GETFD);
        inheritable += flags >= 0 && (flags & FD_CLOEXEC) == 0;
    }
    // The shell has what we had; ls has one more, the folder it lists, and writes to a file that takes a place of ours.
    const TempFolder folder;
    const std::string list = folder.path("list");
    EXPECT_EQ(end_like(status_of("ls /proc/self/fd > " + list)), 0);
    std::ifstream file(list);
    EXPECT_EQ(std::count(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>(), '\n'),
              inheritable + 1);
    EXPECT_EQ(end_like(status_of("grep -q 'SigBlk:.0000000000000000' /proc/self/status")), 0);
}

TEST(ChildTest, SaysWhyAProgramDidNotStart) {
    Child missing("/nonexistent/program", {"program"}, {});
    missing.wait();
    EXPECT_EQ(missing.start_error(), ENOENT);
    Child directory("/tmp", {"tmp"}, {});
    directory.wait();
    EXPECT_EQ(directory.start_error(), EACCES);
}

TEST(ChildTest, PassesSignalsOn) {
    const pid_t runner = ::fork();
    if (runner == 0) {
        Child child("/bin/sh", {"sh", "-c", "trap 'exit 7' USR1; kill -USR1 $PPID; while :; do sleep 0.05; done"},
                    {"PATH=/usr/bin:/bin"});
        ::_exit(end_like(child.wait()));
    }
    int status = 0;
    ::waitpid(runner, &status, 0);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 7);
}

class ProgramFileTest : public testing::Test {
  protected:
    // A copy of this program with some bytes changed.
    std::string patched(const std::function<void(std::string&)>& change) {
        std::ifstream self("/proc/self/exe", std::ios::binary);
        std::string bytes((std::istreambuf_iterator<char>(self)), std::istreambuf_iterator<char>());
        change(bytes);
        const std::string path = folder_.path("program");
        std::ofstream(path, std::ios::binary) << bytes;
        return path;
    }
    TempFolder folder_;
};

constexpr std::size_t kMachineField = 18;
constexpr std::size_t kFirstProgramHeader = 64;
constexpr std::size_t kProgramHeaderBytes = 56;

TEST_F(ProgramFileTest, FindsProgramsAsTheShellDoes) {
    EXPECT_NE(find_program("sh"), "");
    EXPECT_EQ(find_program("no-such-program-anywhere"), "");
    EXPECT_EQ(find_program("./x"), "./x");
}

TEST_F(ProgramFileTest, HasNothingAgainstAnOrdinaryProgramOrScript) {
    EXPECT_EQ(untraceable_reason("/bin/sh"), "");
    std::ofstream(folder_.path("script")) << "#!/bin/sh\necho hello\n";
    EXPECT_EQ(untraceable_reason(folder_.path("script")), "");
    EXPECT_EQ(untraceable_reason(folder_.path("missing")), "");
}

TEST_F(ProgramFileTest, KnowsStaticAndForeignPrograms) {
    EXPECT_EQ(untraceable_reason(patched([](std::string& bytes) { bytes[kMachineField] = 3; })),
              "it is not a 64-bit x86 program");
    const std::string without_loader = patched([](std::string& bytes) {
        for (std::size_t i = 0; i < 4; ++i) {
            char& type = bytes[kFirstProgramHeader + i * kProgramHeaderBytes];
            if (type == 3) type = 0;  // PT_INTERP
        }
    });
    EXPECT_EQ(untraceable_reason(without_loader), "it is linked statically");
}

TEST_F(ProgramFileTest, SurvivesGarbage) {
    const std::string cut = patched([](std::string& bytes) { bytes.resize(100); });
    EXPECT_NO_THROW(untraceable_reason(cut));
    const std::string torn = patched([](std::string& bytes) {
        for (std::size_t i = 40; i < 64; ++i) bytes[i] = '\xFF';  // where the section headers are, and how many
    });
    EXPECT_NO_THROW(untraceable_reason(torn));
}

class WrittenTracesTest : public testing::Test {
  protected:
    void write(const std::string& name, std::uint32_t pid, std::uint32_t parent, std::uint64_t start) {
        TraceWriter writer;
        writer.header().pid = pid;
        writer.header().parent_pid = parent;
        writer.header().start_realtime_ns = start;
        folder_.write(name, writer.finish());
    }
    std::vector<std::string> names(const std::vector<std::string>& paths) {
        std::vector<std::string> list;
        for (const std::string& path : paths) list.push_back(std::filesystem::path(path).filename());
        return list;
    }
    TempFolder folder_;
};

TEST_F(WrittenTracesTest, FindsTheProgramAndItsFamily) {
    write("sh.10.dregs", 10, 1, 1000);
    write("server.10.dregs", 10, 1, 1001);  // after exec
    write("helper.11.dregs", 11, 10, 1002);
    write("helper.12.2.dregs", 12, 11, 1003);
    write("old.10.dregs", 10, 1, 5);  // before our time
    write("stranger.13.dregs", 13, 1, 1004);
    folder_.write("noise.1.dregs", {1, 2, 3});
    const WrittenTraces found = find_written_traces(folder_.path("%n.%p.dregs"), 10, 1000);
    EXPECT_EQ(names(found.own), (std::vector<std::string>{"sh.10.dregs", "server.10.dregs"}));
    EXPECT_EQ(names(found.children), (std::vector<std::string>{"helper.11.dregs", "helper.12.2.dregs"}));
}

TEST_F(WrittenTracesTest, FindsAFixedNameAndItsNumberedFollowers) {
    write("trace.dregs", 10, 1, 1000);
    write("trace.2.dregs", 11, 10, 1001);
    const WrittenTraces found = find_written_traces(folder_.path("trace.dregs"), 10, 1000);
    EXPECT_EQ(names(found.own), (std::vector<std::string>{"trace.dregs"}));
    EXPECT_EQ(names(found.children), (std::vector<std::string>{"trace.2.dregs"}));
}

TEST(AbsolutePattern, KeepsPercentSignsOfTheFolder) {
    EXPECT_EQ(absolute_pattern("/a/%n.dregs"), "/a/%n.dregs");
    const TempFolder folder;
    const std::filesystem::path former = std::filesystem::current_path();
    std::filesystem::create_directory(folder.path("100%"));
    std::filesystem::current_path(folder.path("100%"));
    EXPECT_EQ(absolute_pattern("./%p.dregs"), folder.path("100%%/%p.dregs"));
    std::filesystem::current_path(former);
}

}  // namespace
}  // namespace dregs
