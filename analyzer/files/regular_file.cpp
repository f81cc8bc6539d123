// See regular_file.h.
#include "analyzer/files/regular_file.h"

#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace dregs {
namespace {

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        const int error = errno;
        if (number_ >= 0) ::close(number_);
        errno = error;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return number_; }
    int release() { return std::exchange(number_, -1); }

  private:
    int number_;
};

bool is_regular(const struct stat& status) {
    if (S_ISREG(status.st_mode)) return true;
    errno = S_ISDIR(status.st_mode) ? EISDIR : ENXIO;
    return false;
}

// By the place's own name, so that it is this file whatever the path leads to now. Without /proc by the path again:
// what it leads to is opened without waiting, and closed where it is another.
int open_place(const std::string& path, const Descriptor& place) {
    constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    const int opened = ::open(absl::StrCat("/proc/self/fd/", place.get()).c_str(), kFlags);
    return opened < 0 && errno == ENOENT ? ::open(path.c_str(), kFlags) : opened;
}

}  // namespace

int open_regular_file(const std::string& path, struct stat& status) {
    const Descriptor place(::open(path.c_str(), O_PATH | O_CLOEXEC));
    if (place.get() < 0 || ::fstat(place.get(), &status) != 0 || !is_regular(status)) return -1;
    Descriptor file(open_place(path, place));
    struct stat opened {};
    if (file.get() < 0 || ::fstat(file.get(), &opened) != 0) return -1;
    if (opened.st_dev != status.st_dev || opened.st_ino != status.st_ino) {
        errno = ENXIO;
        return -1;
    }
    status = opened;
    return file.release();
}

std::string read_regular_file(const std::string& path, std::size_t most) {
    struct stat status {};
    const Descriptor file(open_regular_file(path, status));
    if (file.get() < 0) return "";
    std::string bytes(std::min(most, static_cast<std::size_t>(status.st_size)), '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t got = ::read(file.get(), bytes.data() + done, bytes.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return bytes;
}

}  // namespace dregs
