// See cache_folder.h.
#include "analyzer/symbols/cache_folder.h"

#include <absl/strings/str_cat.h>
#include <dlfcn.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

namespace dregs {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
    const char* value = ::secure_getenv(name);
    return value ? value : "";
}

bool is_own(const struct stat& status, mode_t others_may_not) {
    return status.st_uid == ::geteuid() && (status.st_mode & others_may_not) == 0;
}

// A folder that only we can put files into; what is above it, others may not move away either.
bool is_own_folder(const std::string& path, mode_t others_may_not) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && is_own(status, others_may_not);
}

bool make_folder(const fs::path& path, int levels) {
    if (is_own_folder(path, S_IWGRP | S_IWOTH)) return true;
    if (levels == 0 || !make_folder(path.parent_path(), levels - 1)) return false;
    return ::mkdir(path.c_str(), S_IRWXU) == 0 || is_own_folder(path, S_IWGRP | S_IWOTH);
}

bool is_private_file(int file) {
    struct stat status {};
    return ::fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1 &&
           is_own(status, S_IRWXG | S_IRWXO);
}

// A note's name and contents are padded to four bytes each.
std::string build_id_in(const char* notes, std::size_t bytes) {
    ElfW(Nhdr) note;
    while (bytes >= sizeof note) {
        std::memcpy(&note, notes, sizeof note);
        const std::size_t name = (std::size_t{note.n_namesz} + 3) / 4 * 4;
        const std::size_t size = sizeof note + name + (std::size_t{note.n_descsz} + 3) / 4 * 4;
        if (size > bytes) break;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(notes + sizeof note, "GNU", 4) == 0)
            return {notes + sizeof note + name, note.n_descsz};
        notes += size;
        bytes -= size;
    }
    return "";
}

int find_own_build_id(dl_phdr_info* info, std::size_t, void* found) {
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const ElfW(Phdr)& part = info->dlpi_phdr[i];
        if (part.p_type != PT_NOTE || part.p_align > 4) continue;
        const auto* notes = reinterpret_cast<const char*>(info->dlpi_addr + part.p_vaddr);
        const std::string id = build_id_in(notes, part.p_memsz);
        if (!id.empty()) *static_cast<std::string*>(found) = id;
    }
    return 1;  // the first is the program itself
}

}  // namespace

std::string symbol_cache_folder() {
    std::string chosen = variable("DREGS_SYMBOL_CACHE");
    if (chosen == "none") return "";
    if (!chosen.empty()) return chosen;
    const std::string caches = variable("XDG_CACHE_HOME");
    if (caches.starts_with("/")) return caches + "/dregs";
    const std::string home = variable("HOME");
    return home.starts_with("/") && is_own_folder(home, 0) ? home + "/.cache/dregs" : "";
}

std::string private_file(const std::string& folder, const std::string& name) {
    std::error_code error;
    if (folder.empty() || !make_folder(fs::absolute(folder, error).lexically_normal(), 2) || error) return "";
    const fs::path place = fs::canonical(folder, error) / name;
    if (error) return "";
    const int file = ::open(place.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, S_IRUSR | S_IWUSR);
    if (file < 0) return "";
    const bool good = is_private_file(file);
    ::close(file);
    return good ? place.string() : "";
}

std::string symbols_version() {
    std::string build;
    ::dl_iterate_phdr(&find_own_build_id, &build);
    Dl_info library{};
    struct stat file {};
    if (build.empty() || ::dladdr(reinterpret_cast<void*>(&dwarf_begin_elf), &library) == 0 ||
        ::stat(library.dli_fname, &file) != 0)
        return "";
    return absl::StrCat(build, "/", file.st_size, "/", file.st_mtim.tv_sec, "/", file.st_mtim.tv_nsec);
}

}  // namespace dregs
