// See program_file.h.
#include "analyzer/commands/program_file.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "analyzer/commands/elf_program.h"
#include "analyzer/commands/env_command.h"
#include "analyzer/files/regular_file.h"
#include "analyzer/symbols/elf_image.h"
#include "analyzer/symbols/inner_allocator.h"

namespace dregs {
namespace {

constexpr int kMaxScripts = 4;  // the kernel follows as many

bool is_executable_file(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

// "#!/usr/bin/env -S python3 -u" -> those words; empty: not a script.
std::vector<std::string> script_words(const std::string& path) {
    const std::string line = read_regular_file(path, 256);
    if (!line.starts_with("#!")) return {};
    return absl::StrSplit(line.substr(2, line.find('\n') - 2), absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
}

// Env itself where it is not known what it starts.
std::string image_behind_env(const std::string& env, const std::vector<std::string>& words) {
    const std::string name = program_of_env(words);
    const std::string program = name.empty() ? "" : find_program(name);
    return program.empty() ? env : program;
}

// The loader ignores LD_PRELOAD of programs that run with more rights than their caller.
std::string privilege_reason(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return "";
    if ((status.st_mode & S_ISUID) != 0 && status.st_uid != ::getuid()) return "it is set-user-ID";
    if ((status.st_mode & S_ISGID) != 0 && status.st_gid != ::getgid()) return "it is set-group-ID";
    const bool capable = ::getxattr(path.c_str(), "security.capability", nullptr, 0) > 0;
    return capable && ::getuid() != 0 ? "it has file capabilities" : "";
}

bool is_foreign_loader(const std::string& interpreter) {
    const std::string name = interpreter.substr(interpreter.rfind('/') + 1);
    return name.starts_with("ld-musl") || name == "linker64" || name.find("uClibc") != std::string::npos;
}

bool has_hidden_malloc(const std::string& path) {
    const auto image = ElfImage::open(path);
    return image && find_inner_allocator(*image) == "malloc";
}

std::string elf_reason(const std::string& path) {
    const auto program = read_elf_program(path);
    if (!program) return "";
    if (!program->is_x86_64) return "it is not a 64-bit x86 program";
    if (program->interpreter.empty()) return program->is_loader ? "" : "it is linked statically";
    if (is_foreign_loader(program->interpreter))
        return absl::StrCat("its C library is not glibc, its loader is ", program->interpreter);
    if (!program->sanitizer.empty())
        return absl::StrCat("it is built with ", program->sanitizer, ", which owns malloc");
    if (program->defines_malloc || has_hidden_malloc(path))
        return "it brings its own malloc, which is called in place of the one that is traced";
    return "";
}

}  // namespace

std::string find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) return name;
    const char* path = std::getenv("PATH");
    std::istringstream folders(path ? path : "/bin:/usr/bin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        std::string candidate = absl::StrCat(folder.empty() ? "." : folder, "/", name);
        if (is_executable_file(candidate)) return candidate;
    }
    return "";
}

std::string started_image(const std::string& path, const std::vector<std::string>& arguments) {
    std::string file = is_env(path) ? image_behind_env(path, arguments) : path;
    for (int i = 0; i < kMaxScripts; ++i) {
        std::vector<std::string> words = script_words(file);
        if (words.empty()) break;
        file = words.front();
        words.erase(words.begin());
        if (is_env(file)) file = image_behind_env(file, words);
    }
    return file;
}

bool has_foreign_loader(const std::string& image) {
    const auto program = read_elf_program(image);
    return program && program->is_x86_64 && is_foreign_loader(program->interpreter);
}

std::string untraceable_reason(const std::string& path) {
    const std::string file = started_image(path);
    const std::string privilege = privilege_reason(file);
    return privilege.empty() ? elf_reason(file) : privilege;
}

}  // namespace dregs
