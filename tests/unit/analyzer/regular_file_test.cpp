// What is no regular file is not opened: not even when it comes into its place at that moment.
#include "analyzer/files/regular_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "analyzer/symbols/elf_image.h"

namespace dregs {
namespace {

class RegularFileTest : public ::testing::Test {
  protected:
    RegularFileTest() {
        char name[] = "/tmp/dregs-test-XXXXXX";
        folder_ = mkdtemp(name);
    }
    ~RegularFileTest() override { std::filesystem::remove_all(folder_); }
    std::string in_folder(const char* name) const { return folder_ + "/" + name; }
    std::string make_file(const char* name) const {
        std::ofstream(in_folder(name)) << "text";
        return in_folder(name);
    }
    std::string make_fifo(const char* name) const {
        EXPECT_EQ(mkfifo(in_folder(name).c_str(), 0600), 0);
        return in_folder(name);
    }
    // 0: it is opened, and what was put into it is read.
    static int error_of(const std::string& path) {
        struct stat status {};
        const int file = open_regular_file(path, status);
        if (file < 0) return errno;
        char text[8] = {};
        EXPECT_EQ(read(file, text, sizeof text), 4);
        EXPECT_EQ(status.st_size, 4);
        EXPECT_EQ(fcntl(file, F_GETFD), FD_CLOEXEC);
        close(file);
        return 0;
    }

  private:
    std::string folder_;
};

TEST_F(RegularFileTest, OpensFilesAndLinksToThem) {
    const std::string file = make_file("file");
    std::filesystem::create_symlink(file, in_folder("link"));
    EXPECT_EQ(error_of(file), 0);
    EXPECT_EQ(error_of(in_folder("link")), 0);
}

TEST_F(RegularFileTest, OpensNothingElse) {
    EXPECT_EQ(error_of(in_folder("missing")), ENOENT);
    EXPECT_EQ(error_of(in_folder("")), EISDIR);
    EXPECT_EQ(error_of(make_fifo("fifo")), ENXIO);
    EXPECT_EQ(error_of("/dev/zero"), ENXIO);
    std::filesystem::create_symlink("/dev/tty", in_folder("terminal"));
    EXPECT_EQ(error_of(in_folder("terminal")), ENXIO);
    EXPECT_EQ(ElfImage::open(in_folder("fifo")), nullptr);
}

TEST_F(RegularFileTest, ReadsWhatIsThereUpToALimit) {
    const std::string file = make_file("file");
    EXPECT_EQ(read_regular_file(file, 100), "text");
    EXPECT_EQ(read_regular_file(file, 3), "tex");
    EXPECT_EQ(read_regular_file(file, 0), "");
    EXPECT_EQ(read_regular_file(in_folder("missing"), 100), "");
    EXPECT_EQ(read_regular_file(make_fifo("fifo"), 100), "");
    EXPECT_EQ(read_regular_file("/dev/zero", 100), "");
}

// Whoever opens a FIFO for writing waits for a reader, or is told that there is none. There never is one.
TEST_F(RegularFileTest, NeverOpensAFifoThatTakesItsPlace) {
    const std::string path = make_file("file");
    std::atomic<bool> done{false};
    std::thread swapper([&] {
        while (!done) {
            std::filesystem::rename(make_fifo("new"), path);
            EXPECT_EQ(open(path.c_str(), O_WRONLY | O_NONBLOCK), -1);
            std::filesystem::rename(make_file("new"), path);
        }
    });
    int opened = 0;
    // At least so often, and until the other thread has had its turn on a busy machine.
    for (int round = 0; round < 20'000 || opened == 0; ++round) {
        const int error = error_of(path);
        EXPECT_TRUE(error == 0 || error == ENXIO) << error;
        opened += error == 0;
    }
    done = true;
    swapper.join();
}

// Without /proc, which a container or a chroot may lack: the second way, by the path again. In a child process, whose
// root is the folder. Exit status 0: as it should be.
class WithoutProcTest : public RegularFileTest {
  protected:
    static constexpr int kNoRoot = 77;
    template <typename Body>
    int status_in_root(Body body) {
        const pid_t child = fork();
        if (child == 0) {
            if (geteuid() != 0) (void)unshare(CLONE_NEWUSER);
            if (chroot(in_folder("").c_str()) != 0 || chdir("/") != 0) _exit(kNoRoot);
            body();
            _exit(HasFailure() ? 1 : 0);
        }
        int status = -1;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
        return WEXITSTATUS(status);
    }
};

TEST_F(WithoutProcTest, OpensRegularFilesOnly) {
    make_file("file");
    make_fifo("fifo");
    std::filesystem::create_symlink("/file", in_folder("link"));
    std::filesystem::create_symlink("fifo", in_folder("link_to_fifo"));
    std::filesystem::create_directory(in_folder("folder"));
    const int status = status_in_root([] {
        EXPECT_EQ(access("/proc/self/fd", F_OK), -1);
        EXPECT_EQ(error_of("/file"), 0);
        EXPECT_EQ(error_of("file"), 0);
        EXPECT_EQ(error_of("/link"), 0);
        EXPECT_EQ(error_of("/fifo"), ENXIO);
        EXPECT_EQ(error_of("/link_to_fifo"), ENXIO);
        EXPECT_EQ(error_of("/folder"), EISDIR);
        EXPECT_EQ(error_of("/missing"), ENOENT);
        EXPECT_EQ(read_regular_file("/file", 100), "text");
    });
    if (status == kNoRoot) GTEST_SKIP() << "no right to change the root";
    EXPECT_EQ(status, 0);
}

// It may open the FIFO here, but neither waits for a writer nor hands it out; nor another file than it looked at.
TEST_F(WithoutProcTest, NeverHandsOutWhatTakesItsPlace) {
    make_file("file");
    const int status = status_in_root([] {
        std::atomic<bool> done{false};
        std::thread swapper([&] {
            while (!done) {
                EXPECT_EQ(mkfifo("/new", 0600), 0);
                std::filesystem::rename("/new", "/file");
                std::ofstream("/new") << "text";
                std::filesystem::rename("/new", "/file");
            }
        });
        int opened = 0;
        int refused = 0;
        for (int round = 0; round < 20'000 || opened == 0 || refused == 0; ++round) {
            const int error = error_of("/file");
            EXPECT_TRUE(error == 0 || error == ENXIO) << error;
            ++(error == 0 ? opened : refused);
        }
        done = true;
        swapper.join();
    });
    if (status == kNoRoot) GTEST_SKIP() << "no right to change the root";
    EXPECT_EQ(status, 0);
}

TEST_F(RegularFileTest, SumsOverHolesAreThoseOverZeroes) {
    const std::string program = std::filesystem::read_symlink("/proc/self/exe");
    const std::string dense = in_folder("dense"), sparse = in_folder("sparse");
    std::filesystem::copy_file(program, dense);
    const std::uintmax_t bytes = std::filesystem::file_size(dense) + 3'000'001;
    std::filesystem::copy_file(dense, sparse);
    std::filesystem::resize_file(sparse, bytes);
    std::ofstream(dense, std::ios::app) << std::string(3'000'001, '\0');
    ASSERT_EQ(std::filesystem::file_size(dense), bytes);
    EXPECT_EQ(ElfImage::open(sparse)->crc(), ElfImage::open(dense)->crc());
    std::filesystem::resize_file(sparse, std::uintmax_t{4} << 30);
    EXPECT_TRUE(ElfImage::open(sparse)->crc()) << "at once, or this test takes ten seconds";
    std::filesystem::resize_file(sparse, (std::uintmax_t{4} << 30) + 1);
    EXPECT_FALSE(ElfImage::open(sparse)->crc());
}

}  // namespace
}  // namespace dregs
