// See file_probes.h.
#include "analyzer/symbols/file_probes.h"

#include <absl/strings/str_cat.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>

#include "analyzer/files/path_in_root.h"
#include "analyzer/symbols/byte_text.h"

namespace dregs {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
// Some file systems count in such steps: two changes within one leave the same time.
constexpr std::uint64_t kSettleNs = 2 * kSecond;
// libdebuginfod's own default for how long a "404" is believed.
constexpr std::uint64_t kNotServedNs = 600 * kSecond;

std::uint64_t nanoseconds(const timespec& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * kSecond + static_cast<std::uint64_t>(time.tv_nsec);
}

std::uint64_t now_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return nanoseconds(now);
}

bool is_known(char where) { return std::string_view("hsrpn").find(where) != std::string_view::npos; }

}  // namespace

std::string FileProbes::place(Where where, const std::string& path) const {
    switch (where) {
        case Where::kSysroot:
            return path_in_root(roots_.sysroot, path);
        case Where::kRoot:
            return roots_.pid == 0 ? "" : path_in_root(absl::StrCat("/proc/", roots_.pid, "/root"), path);
        case Where::kProcess:
            return roots_.pid == 0 ? "" : absl::StrCat("/proc/", roots_.pid, "/", path);
        case Where::kHere:
            return path;
        case Where::kServer:
            break;
    }
    return "";
}

FileIdentity FileProbes::ask(Where where, const std::string& path) const {
    struct stat found {};
    const std::string at = place(where, path);
    if (at.empty() || ::stat(at.c_str(), &found) != 0) return {};
    return {found.st_dev, found.st_ino, static_cast<std::uint64_t>(found.st_size), nanoseconds(found.st_mtim),
            nanoseconds(found.st_ctim)};
}

std::string FileProbes::look(Where where, const std::string& path) {
    seen_.try_emplace({where, path}, ask(where, path));
    return place(where, path);
}

bool FileProbes::was_there(Where where, const std::string& path) const {
    const auto probe = seen_.find({where, path});
    return probe != seen_.end() && probe->second != FileIdentity{};
}

void FileProbes::note_not_served(const std::string& build_id) {
    FileIdentity asked;
    asked.ctime_ns = now_ns();
    seen_.try_emplace({Where::kServer, build_id}, asked);
}

bool FileProbes::still_hold() const {
    const std::uint64_t now = now_ns();
    return !chance_ && std::all_of(seen_.begin(), seen_.end(), [&](const auto& probe) {
        const auto& [question, then] = probe;
        if (question.first != Where::kServer) return ask(question.first, question.second) == then;
        return then.ctime_ns <= now && now - then.ctime_ns < kNotServedNs;
    });
}

bool FileProbes::can_be_kept() const {
    const std::uint64_t now = now_ns();
    const bool settled = std::all_of(seen_.begin(), seen_.end(), [&](const auto& probe) {
        return probe.first.first == Where::kServer || probe.second.ctime_ns + kSettleNs < now;
    });
    return settled && still_hold();
}

bool FileProbes::operator==(const FileProbes& other) const {
    return std::equal(seen_.begin(), seen_.end(), other.seen_.begin(), other.seen_.end(),
                      [](const auto& one, const auto& two) {
                          const bool served = one.first.first == Where::kServer;
                          return one.first == two.first && (served || one.second == two.second);
                      });
}

std::string FileProbes::encode() const {
    ByteWriter out;
    out.number(seen_.size());
    for (const auto& [question, answer] : seen_) {
        out.number(static_cast<std::uint8_t>(question.first));
        out.text(question.second);
        for (const std::uint64_t part : {answer.device, answer.inode, answer.bytes, answer.mtime_ns, answer.ctime_ns})
            out.number(part);
    }
    return out.bytes();
}

std::optional<FileProbes> FileProbes::decode(std::string_view text, FileRoots roots) {
    FileProbes probes(std::move(roots));
    ByteReader in(text);
    for (std::uint64_t left = in.number(); left > 0 && in.good(); --left) {
        const auto where = static_cast<char>(in.number());
        std::string path(in.text());
        FileIdentity seen;
        for (std::uint64_t* part : {&seen.device, &seen.inode, &seen.bytes, &seen.mtime_ns, &seen.ctime_ns})
            *part = in.number();
        if (!is_known(where) || path.find('\0') != std::string::npos) return std::nullopt;
        probes.seen_.emplace(std::pair(Where{where}, std::move(path)), seen);
    }
    return in.good() && in.at_end() ? std::optional(std::move(probes)) : std::nullopt;
}

}  // namespace dregs
