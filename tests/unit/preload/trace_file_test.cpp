// Names of traces, files that exist already, and space in the file.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "open_trace_file.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

std::string expanded(const char* pattern, unsigned attempt = 1) {
    char path[kPathBytes];
    EXPECT_TRUE(expand_output(pattern, "/usr/bin/tshark", 4711, attempt, path));
    return path;
}

TEST(OutputName, DirectivesAreExpanded) {
    EXPECT_EQ(expanded("/t/%n.%p.dregs"), "/t/tshark.4711.dregs");
    EXPECT_EQ(expanded("/t/100%%%x"), "/t/100%%x");
    EXPECT_EQ(expanded("/t/%"), "/t/%");
}

TEST(OutputName, RelativeIsMadeAbsolute) {
    EXPECT_EQ(expanded("./%n.dregs"), std::filesystem::current_path().string() + "/tshark.dregs");
}

TEST(OutputName, LaterAttemptsGoBeforeTheSuffix) {
    EXPECT_EQ(expanded("/t/%n.%p.dregs", 2), "/t/tshark.4711.2.dregs");
    EXPECT_EQ(expanded("/t.d/trace", 3), "/t.d/trace.3");
    EXPECT_EQ(expanded("/t.d/.hidden", 2), "/t.d/.hidden.2");
}

TEST(OutputName, TooLongIsRefused) {
    const std::string pattern = "/" + std::string(kPathBytes - 1, 'x');
    char path[kPathBytes];
    EXPECT_FALSE(expand_output((pattern + "%n").c_str(), "/bin/p", 1, 1, path));
}

TEST(TraceFile, ExistingFilesAndLinksAreLeftAlone) {
    const TemporaryFolder folder;
    const std::string pattern = folder.path() + "/a.dregs";
    std::ofstream(pattern) << "precious";
    ASSERT_EQ(symlink("/nowhere", (folder.path() + "/a.2.dregs").c_str()), 0);
    OpenFile trace;
    ASSERT_EQ(trace.create(pattern), 0);
    EXPECT_EQ(trace.file->path(), folder.path() + "/a.3.dregs");
    std::string content;
    std::getline(std::ifstream(pattern), content);
    EXPECT_EQ(content, "precious");
}

TEST(TraceFile, OnlyTheOwnerMayRead) {
    const TemporaryFolder folder;
    OpenFile trace;
    ASSERT_EQ(trace.create(folder.path() + "/a.dregs"), 0);
    struct stat status {};
    ASSERT_EQ(stat(trace.file->path(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(TraceFile, SpaceIsAlignedDisjointAndInTheFile) {
    const TemporaryFolder folder;
    OpenFile trace;
    ASSERT_EQ(trace.create(folder.path() + "/a.dregs"), 0);
    std::uint64_t end = format::kHeaderBytes;
    for (std::uint64_t bytes = 1; bytes < (200u << 20); bytes = bytes * 3 + 7) {
        std::uint64_t offset = 0;
        auto* space = static_cast<char*>(trace.file->reserve(bytes, 64, offset));
        ASSERT_NE(space, nullptr);
        EXPECT_EQ(offset % 64, 0u);
        EXPECT_GE(offset, end);
        end = offset + bytes;
        ASSERT_TRUE(trace.file->populate(space + bytes - 1, 1));
        space[bytes - 1] = 'x';
        EXPECT_EQ(trace.file->header().file_bytes, end);
    }
    struct stat status {};
    ASSERT_EQ(stat(trace.file->path(), &status), 0);
    EXPECT_GE(static_cast<std::uint64_t>(status.st_size), end);
}

TEST(TraceFile, NoDescriptorIsHeld) {
    const TemporaryFolder folder;
    const int before = dup(0);
    close(before);
    OpenFile trace;
    ASSERT_EQ(trace.create(folder.path() + "/a.dregs"), 0);
    std::uint64_t offset = 0;
    ASSERT_NE(trace.file->reserve(10 << 20, 64, offset), nullptr);
    const int after = dup(0);
    close(after);
    EXPECT_EQ(before, after);
}

struct Failure {
    format::NoteCode code = format::NoteCode::kNone;
    int error = 0;
    std::string detail;
    int count = 0;
};

void keep_failure(void* context, format::NoteCode code, int error, const char* detail) {
    auto* failure = static_cast<Failure*>(context);
    *failure = {code, error, detail ? detail : "", failure->count + 1};
}

TEST(TraceFile, AReplacedFileIsNotGrown) {
    const TemporaryFolder folder;
    OpenFile trace;
    ASSERT_EQ(trace.create(folder.path() + "/a.dregs"), 0);
    Failure failure;
    trace.file->keep_notes_in(keep_failure, &failure);
    ASSERT_EQ(unlink(trace.file->path()), 0);
    std::ofstream(trace.file->path()) << "another";
    std::uint64_t offset = 0;
    EXPECT_EQ(trace.file->reserve(10 << 20, 64, offset), nullptr);
    EXPECT_EQ(failure.code, format::NoteCode::kGrowthFailed);
    EXPECT_EQ(failure.error, ESTALE);
    EXPECT_EQ(std::filesystem::file_size(trace.file->path()), 7u);
}

TEST(TraceFile, TheSizeLimitIsRespectedWithoutASignal) {
    const TemporaryFolder folder;
    OpenFile trace;
    ASSERT_EQ(trace.create(folder.path() + "/a.dregs"), 0);
    Failure failure;
    trace.file->keep_notes_in(keep_failure, &failure);
    rlimit former{};
    getrlimit(RLIMIT_FSIZE, &former);
    rlimit limit{2 << 20, former.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
    std::uint64_t offset = 0;
    void* space = trace.file->reserve(10 << 20, 64, offset);  // SIGXFSZ would end the test
    setrlimit(RLIMIT_FSIZE, &former);
    EXPECT_EQ(space, nullptr);
    EXPECT_EQ(failure.error, EFBIG);
}

TEST(TraceFile, AfterAFailureItRestsAndThenTriesAgain) {
    const TemporaryFolder folder;
    OpenFile trace;
    ASSERT_EQ(trace.create(folder.path() + "/a.dregs"), 0);
    Failure failure;
    trace.file->keep_notes_in(keep_failure, &failure);
    const std::string aside = folder.path() + "/aside";
    std::filesystem::rename(trace.file->path(), aside);
    std::uint64_t offset = 0;
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(trace.file->reserve(10 << 20, 64, offset), nullptr);
    EXPECT_EQ(failure.error, ENOENT);
    EXPECT_EQ(failure.count, 1);
    std::filesystem::rename(aside, trace.file->path());
    usleep(1'100'000);
    EXPECT_NE(trace.file->reserve(10 << 20, 64, offset), nullptr);
}

TEST(TraceFile, TheUmaskDoesNotKeepItFromGrowing) {
    const TemporaryFolder folder;
    OpenFile trace;
    const mode_t former = umask(0777);
    ASSERT_EQ(trace.create(folder.path() + "/a.dregs"), 0);
    umask(former);
    struct stat status {};
    ASSERT_EQ(stat(trace.file->path(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
}

class TableLimit : public TraceTest {};

TEST_F(TableLimit, WhereNothingCanBeHadNoIndexIsTaken) {
    const auto table = zeroed<TraceTable<format::Scope, format::kScopes, 64>>();
    table->attach(parts().file, parts().lock);
    ASSERT_EQ(unlink(parts().file.path()), 0);
    std::uint32_t last = 0;
    for (int i = 0; i < 1'000'000; ++i) last = table->append();
    EXPECT_EQ(last, 0u);
    EXPECT_LT(parts().file.header().tables[format::kScopes].count, 100'000u);
}

TEST_F(TableLimit, IsSaidOnceAndByName) {
    Failure failure;
    parts().file.keep_notes_in(keep_failure, &failure);
    const auto table = zeroed<TraceTable<format::Kind, format::kKinds, 64>>();
    table->attach(parts().file, parts().lock);
    EXPECT_NE(table->append(2), 0u);
    EXPECT_NE(table->append(2), 0u);
    EXPECT_EQ(failure.count, 0);
    EXPECT_EQ(table->append(2), 0u);
    EXPECT_EQ(table->append(2), 0u);
    EXPECT_EQ(failure.code, format::NoteCode::kTableFull);
    EXPECT_EQ(failure.detail, "scope kinds");
    EXPECT_EQ(failure.count, 1);
}

}  // namespace
}  // namespace dregs
