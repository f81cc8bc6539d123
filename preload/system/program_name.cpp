// See program_name.h.
#include "preload/system/program_name.h"

#include <sys/auxv.h>

#include "preload/system/sys.h"
#include "preload/system/text.h"

namespace dregs {
namespace {

// The file was replaced while the program runs, by an upgrade.
void drop_deleted_mark(char* path) {
    constexpr char kMark[] = " (deleted)";
    const std::size_t length = text_length(path);
    if (length < sizeof kMark) return;
    char* mark = path + length - (sizeof kMark - 1);
    if (text_equal(mark, kMark)) *mark = 0;
}

bool begins_with(const char* text, const char* beginning) {
    while (*beginning && *text == *beginning) ++text, ++beginning;
    return *beginning == 0;
}

// Not those by which any program can be started: /proc/self/exe, and what fexecve makes of a descriptor.
bool is_link_to_program(const char* name) {
    if (begins_with(name, "/proc/") || begins_with(name, "/dev/fd/")) return false;
    return sys::is_same_file(name, "/proc/self/exe");
}

}  // namespace

void ProgramName::find() {
    if (path_[0]) return;
    sys::program_path(path_, sizeof path_);
    drop_deleted_mark(path_);
    Text(file_, sizeof file_).add(base_name(path_));
    const auto* started_as = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
    if (!started_as || text_equal(base_name(started_as), file_) || !is_link_to_program(started_as)) return;
    sys::absolute_path(started_as, path_, sizeof path_);
}

bool ProgramName::is_in(const char* names) const { return in_list(base_name(path_), names) || in_list(file_, names); }

}  // namespace dregs
