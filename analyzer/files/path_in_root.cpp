// See path_in_root.h.
#include "analyzer/files/path_in_root.h"

#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace dregs {
namespace {

int open_in_root(const std::string& root, const std::string& path) {
    const int folder = ::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return -1;
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    const long file = ::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how);
    ::close(folder);
    return static_cast<int>(file);
}

// What the kernel calls an open file: a path from our root, or from that of the mount namespace it lies in.
std::string name_of(int file) {
    std::array<char, 4096> name{};
    const ssize_t size = ::readlink(absl::StrCat("/proc/self/fd/", file).c_str(), name.data(), name.size());
    return size <= 0 || size == static_cast<ssize_t>(name.size()) ? "" : std::string(name.data(), name.data() + size);
}

bool leads_to(const std::string& path, const struct stat& file) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 && found.st_dev == file.st_dev && found.st_ino == file.st_ino;
}

}  // namespace

std::string path_in_root(const std::string& root, const std::string& path) {
    if (root.empty()) return path;
    std::string plain = root + path;
    const int file = open_in_root(root, path);
    if (file < 0) return plain;
    struct stat status {};
    const bool known = ::fstat(file, &status) == 0;
    const std::string name = name_of(file);
    ::close(file);
    if (!known || leads_to(plain, status)) return plain;
    for (std::string place : {root + name, name})
        if (leads_to(place, status)) return place;
    return plain;
}

}  // namespace dregs
