// See text_lines.h.
#include "analyzer/import/text_lines.h"

#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "analyzer/trace/error.h"

namespace dregs {
namespace {

std::FILE* open_text(const std::string& path) {
    if (path == "-") return fdopen(dup(STDIN_FILENO), "r");
    std::FILE* file = std::fopen(path.c_str(), "re");
    struct stat status {};
    if (file != nullptr && fstat(fileno(file), &status) == 0 && S_ISDIR(status.st_mode)) {
        std::fclose(file);
        errno = EISDIR;
        return nullptr;
    }
    return file;
}

}  // namespace

TextLines::TextLines(const std::string& path) : name_(path == "-" ? "standard input" : path), file_(open_text(path)) {
    if (!file_) throw Error(absl::StrCat(name_, ": ", std::strerror(errno)));
}

bool TextLines::next(std::string_view& line) {
    line_.clear();
    ++number_;
    int byte = 0;
    while ((byte = getc_unlocked(file_.get())) != EOF && byte != '\n') {
        line_.push_back(static_cast<char>(byte));
        if (line_.size() > kMostBytes) fail("is too long");
    }
    if (std::ferror(file_.get()) != 0) throw Error(absl::StrCat(name_, ": ", std::strerror(errno)));
    if (byte == EOF && line_.empty()) return false;
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    line = line_;
    return true;
}

void TextLines::fail(std::string_view what) const {
    throw Error(absl::StrCat(name_, ", line ", number_, ": ", std::string(what)));
}

}  // namespace dregs
