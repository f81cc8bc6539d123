// See new_file.h.
#include "analyzer/trace/new_file.h"

#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "analyzer/trace/error.h"

namespace dregs {
namespace {

constexpr unsigned kMaxNumber = 10000;
constexpr std::size_t kPage = 4096;

bool all_zero(absl::Span<const std::uint8_t> bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

std::string path_with(const std::string& path, const std::string& part) {
    const std::size_t slash = path.rfind('/');
    const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
    std::size_t dot = path.rfind('.');
    if (dot == std::string::npos || dot <= name) dot = path.size();
    return absl::StrCat(path.substr(0, dot), ".", part, path.substr(dot));
}

std::string numbered_path(const std::string& path, unsigned number) { return path_with(path, absl::StrCat(number)); }

NewFile::NewFile(const std::string& path) : path_(path) {
    if (path == "-") throw Error("-: standard output will not do here: name a file");
    for (unsigned number = 2;; ++number) {
        descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (descriptor_ >= 0) break;
        if (errno != EEXIST || number > kMaxNumber) fail(errno);
        path_ = numbered_path(path, number);
    }
    ::fchmod(descriptor_, 0600);  // as the shim does: a umask may take away even the owner's rights
}

NewFile::~NewFile() {
    ::close(descriptor_);
    if (!kept_) ::unlink(path_.c_str());
}

void NewFile::fail(int error) const { throw Error(absl::StrCat(path_, ": ", std::strerror(error))); }

void NewFile::write(std::uint64_t offset, absl::Span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t done = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) fail(done < 0 ? errno : ENOSPC);
        offset += static_cast<std::uint64_t>(done);
        bytes.remove_prefix(static_cast<std::size_t>(done));
    }
}

void NewFile::write_sparse(std::uint64_t offset, absl::Span<const std::uint8_t> bytes) {
    for (std::size_t at = 0; at < bytes.size(); at += kPage) {
        const auto page = bytes.subspan(at, kPage);
        if (!all_zero(page)) write(offset + at, page);
    }
}

void NewFile::keep(std::uint64_t bytes) {
    if (::ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0) fail(errno);
    kept_ = true;
}

}  // namespace dregs
