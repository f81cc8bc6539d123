// See byte_source.h.
#include "analyzer/trace/byte_source.h"

#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "analyzer/files/regular_file.h"
#include "analyzer/trace/error.h"
#include "analyzer/trace/user_name.h"

namespace dregs {
namespace {

[[noreturn]] void fail_system(const std::string& path, int error) {
    throw Error(absl::StrCat(path, ": ", std::strerror(error)));
}

[[noreturn]] void fail_short(const std::string& name, std::uint64_t offset, std::uint64_t size) {
    throw TraceError(name, offset, absl::StrCat("the file ends here (", size, " bytes): it was cut off"));
}

// Traces are their owner's alone.
[[noreturn]] void fail_not_ours(const std::string& path, int error) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || status.st_uid == ::geteuid()) fail_system(path, error);
    throw Error(absl::StrCat(path, ": ", std::strerror(error), ": it belongs to ", user_name(status.st_uid),
                             ", and we are ", user_name(::geteuid()), ": ask as its owner or as root"));
}

[[noreturn]] void fail_to_open(const std::string& path, int error) {
    if (error == EACCES) fail_not_ours(path, error);
    if (error == EISDIR) throw Error(absl::StrCat(path, ": this is a directory, not a trace"));
    if (error == ENXIO) throw Error(absl::StrCat(path, ": this is not a regular file, so not a trace"));
    fail_system(path, error);
}

}  // namespace

std::pair<std::uint64_t, std::uint64_t> ByteSource::next_data(std::uint64_t offset, std::uint64_t end) const {
    return {offset, end};
}

FileSource::FileSource(const std::string& path) : ByteSource(path) {
    struct stat status {};
    descriptor_ = open_regular_file(path, status);
    if (descriptor_ < 0) fail_to_open(path, errno);
    device_ = status.st_dev;
    inode_ = status.st_ino;
}

FileSource::~FileSource() { ::close(descriptor_); }

std::uint64_t FileSource::size() const {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) fail_system(name(), errno);
    return static_cast<std::uint64_t>(status.st_size);
}

void FileSource::read(std::uint64_t offset, absl::Span<std::uint8_t> out) const {
    std::size_t done = 0;
    while (done < out.size()) {
        const std::uint64_t at = offset + done;
        const ssize_t got = ::pread(descriptor_, out.data() + done, out.size() - done, static_cast<off_t>(at));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail_system(name(), errno);
        if (got == 0) fail_short(name(), at, size());
        done += static_cast<std::size_t>(got);
    }
}

std::pair<std::uint64_t, std::uint64_t> FileSource::next_data(std::uint64_t offset, std::uint64_t end) const {
    const off_t begin = ::lseek(descriptor_, static_cast<off_t>(offset), SEEK_DATA);
    if (begin < 0) return errno == ENXIO ? std::pair{end, end} : std::pair{offset, end};
    if (static_cast<std::uint64_t>(begin) >= end) return {end, end};
    const off_t hole = ::lseek(descriptor_, begin, SEEK_HOLE);
    const std::uint64_t stop = hole < 0 ? end : std::min(end, static_cast<std::uint64_t>(hole));
    return {static_cast<std::uint64_t>(begin), stop};
}

void MemorySource::read(std::uint64_t offset, absl::Span<std::uint8_t> out) const {
    if (offset > bytes_.size() || out.size() > bytes_.size() - offset) {
        fail_short(name(), bytes_.size(), bytes_.size());
    }
    if (!out.empty()) std::memcpy(out.data(), bytes_.data() + offset, out.size());
}

}  // namespace dregs
