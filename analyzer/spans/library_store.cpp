// See library_store.h. A folder or file that is a link, another user's or writable by others is not used: what is
// preloaded from there runs with the user's rights.
#include "analyzer/spans/library_store.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "analyzer/trace/error.h"

namespace dregs {
namespace {

constexpr mode_t kWritableByOthers = S_IWGRP | S_IWOTH;

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
    throw Error(absl::StrCat("run: --scope: ", path, ": ", why));
}

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return number_; }

  private:
    int number_;
};

void check_owner(const std::string& path, int descriptor, mode_t type) {
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) refuse(path, std::strerror(errno));
    if ((status.st_mode & S_IFMT) != type) refuse(path, "it is not what it should be");
    if (status.st_uid != ::geteuid()) refuse(path, "it belongs to somebody else");
    if ((status.st_mode & kWritableByOthers) != 0) refuse(path, "others can write to it");
}

Descriptor open_folder(const std::string& path) {
    const bool is_new = ::mkdir(path.c_str(), 0700) == 0;
    if (!is_new && errno != EEXIST) refuse(path, std::strerror(errno));
    const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) refuse(path, std::strerror(errno));
    if (is_new) ::fchmod(folder, 0755);  // whatever the umask
    return Descriptor(folder);
}

std::string name_of(const std::string& bytes) {  // FNV-1a of twice 64 bits; what is there is compared anyway
    std::uint64_t first = 0xCBF29CE484222325, second = 0x84222325CBF29CE4;
    for (const char c : bytes) {
        first = (first ^ static_cast<unsigned char>(c)) * 0x100000001B3;
        second = (second ^ static_cast<unsigned char>(c)) * 0x10000000233;
    }
    return absl::StrFormat("scope-%016x%016x.so", first, second);
}

// Whether the file is there. One that is there and is not ours, or not the same, is no accident.
bool is_there(const std::string& path, int folder, const std::string& name, const std::string& bytes) {
    const Descriptor file(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0 && errno == ENOENT) return false;
    if (file.get() < 0) refuse(path, std::strerror(errno));
    check_owner(path, file.get(), S_IFREG);
    std::vector<char> found(bytes.size() + 1);
    const ssize_t length = ::pread(file.get(), found.data(), found.size(), 0);
    const bool same =
        length == static_cast<ssize_t>(bytes.size()) && std::memcmp(found.data(), bytes.data(), bytes.size()) == 0;
    if (!same) refuse(path, "it holds something else; remove it");
    return true;
}

void write_all(const std::string& path, int file, const std::string& bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t written = ::write(file, bytes.data() + done, bytes.size() - done);
        if (written <= 0 && errno != EINTR) refuse(path, std::strerror(errno));
        if (written > 0) done += static_cast<std::size_t>(written);
    }
}

// Under a name of its own first: nobody must find half a library.
void make(const std::string& path, int folder, const std::string& name, const std::string& bytes) {
    const std::string draft = absl::StrCat(name, ".", ::getpid());
    ::unlinkat(folder, draft.c_str(), 0);
    const Descriptor file(::openat(folder, draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (file.get() < 0) refuse(path, std::strerror(errno));
    try {
        write_all(path, file.get(), bytes);
        if (::fchmod(file.get(), 0644) != 0 || ::renameat(folder, draft.c_str(), folder, name.c_str()) != 0)
            refuse(path, std::strerror(errno));
    } catch (...) {
        ::unlinkat(folder, draft.c_str(), 0);
        throw;
    }
}

}  // namespace

std::string own_library_folder() { return absl::StrCat("/tmp/dregs-", ::geteuid()); }

std::string store_library(const std::string& bytes, const std::string& folder) {
    const std::string name = name_of(bytes);
    std::string path = absl::StrCat(folder, "/", name);
    const Descriptor opened = open_folder(folder);
    check_owner(folder, opened.get(), S_IFDIR);
    if (!is_there(path, opened.get(), name, bytes)) make(path, opened.get(), name, bytes);
    return path;
}

}  // namespace dregs
