// What is no regular file is not opened: not even when it comes into its place at that moment.
#include "analyzer/files/regular_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
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
