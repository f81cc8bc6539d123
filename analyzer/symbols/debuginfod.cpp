// See debuginfod.h. The library is never linked: a machine without it loses this source of names and nothing else.
#include "analyzer/symbols/debuginfod.h"

#include <absl/strings/str_cat.h>
#include <dlfcn.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

namespace dregs {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

// The library keeps what it fetched in HOME, whoever that belongs to: sudo may have left it as it was.
void keep_out_of_others_home() {
    struct stat home {};
    if (!variable("DEBUGINFOD_CACHE_PATH").empty() || !variable("XDG_CACHE_HOME").empty()) return;
    if (::stat(variable("HOME").c_str(), &home) == 0 && home.st_uid == ::geteuid()) return;
    const passwd* user = ::getpwuid(::geteuid());
    if (user) ::setenv("DEBUGINFOD_CACHE_PATH", absl::StrCat(user->pw_dir, "/.cache/debuginfod_client").c_str(), 1);
}

std::string seconds(std::chrono::milliseconds time) {
    return absl::StrCat(static_cast<double>(time.count()) / 1000, " s");
}

}  // namespace

// The library's interface, as far as we use it; its header is not everywhere where the library is.
struct DebugServers::Library {
    using Progress = int (*)(void* session, long done, long total);
    void* (*begin)() = nullptr;
    void (*end)(void* session) = nullptr;
    int (*find)(void* session, const unsigned char* id, int id_bytes, char** path) = nullptr;
    void (*set_progress)(void* session, Progress) = nullptr;
    void (*set_user_data)(void* session, void* data) = nullptr;
    void* (*get_user_data)(void* session) = nullptr;

    bool load() {
        void* file = ::dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL);
        const auto take = [&](auto& function, const char* name) {
            function = reinterpret_cast<std::decay_t<decltype(function)>>(::dlsym(file, name));
            return function != nullptr;
        };
        return file && take(begin, "debuginfod_begin") && take(end, "debuginfod_end") &&
               take(find, "debuginfod_find_debuginfo") && take(set_progress, "debuginfod_set_progressfn") &&
               take(set_user_data, "debuginfod_set_user_data") && take(get_user_data, "debuginfod_get_user_data");
    }
};

namespace {

// What the library's progress function needs to find its way back: it gets the session and nothing else.
void* (*g_user_data)(void* session) = nullptr;

}  // namespace

DebugServers::DebugServers(FetchLimits limits, SymbolProgress progress)
    : limits_(limits), progress_(std::move(progress)) {}

DebugServers::~DebugServers() {
    if (session_) library_->end(session_);
}

void DebugServers::open() {
    opened_ = true;
    if (variable("DEBUGINFOD_URLS").empty()) {
        problem_ = "debuginfod: DEBUGINFOD_URLS names no servers";
        return;
    }
    library_ = std::make_unique<Library>();
    if (!library_->load()) {
        problem_ = "debuginfod: libdebuginfod.so.1 is not installed: no debug files are fetched";
        return;
    }
    keep_out_of_others_home();
    session_ = library_->begin();
    if (!session_) return;
    g_user_data = library_->get_user_data;
    library_->set_user_data(session_, this);
    library_->set_progress(session_, &DebugServers::go_on);
}

// Called by the library at least once a second, whatever the server does. Not 0: that is enough.
int DebugServers::go_on(void* session, long done, long total) {
    auto* self = static_cast<DebugServers*>(g_user_data(session));
    if (self->progress_ && done >= 0 && total >= 0)
        self->progress_(self->what_, total > 0 ? static_cast<std::uint64_t>(done) : 0,
                        static_cast<std::uint64_t>(total));
    self->cut_ = self->is_late();
    return self->cut_ ? 1 : 0;
}

bool DebugServers::is_late() const {
    const Clock::duration now = Clock::now() - begun_;
    return now >= limits_.file || spent_ + now >= limits_.all;
}

DebugServers::Answer DebugServers::fetch(const BuildId& id, const std::string& name) {
    if (!opened_) open();
    if (!session_ || !problem_.empty()) return {};
    char* path = nullptr;
    what_ = absl::StrCat("fetching the debug file of ", name);
    begun_ = Clock::now();
    cut_ = false;
    const int file = library_->find(session_, id.data(), static_cast<int>(id.size()), &path);
    const std::unique_ptr<char, decltype(&std::free)> owner(path, &std::free);
    if (progress_) progress_("", 0, 0);
    if (file < 0 && (cut_ || file != -ENOENT)) note_failure(-file);  // what we cut off is "no such file", too
    spent_ += Clock::now() - begun_;
    if (file < 0) return {"", file == -ENOENT && problem_.empty()};
    ::close(file);
    return {path ? path : "", false};
}

void DebugServers::note_failure(int error) {
    const bool all = spent_ + (Clock::now() - begun_) >= limits_.all;
    const std::string why =
        cut_ ? absl::StrCat("took longer than ", seconds(all ? limits_.all : limits_.file), " (--debuginfod-timeout)")
             : absl::StrCat("failed (", std::strerror(error), ")");
    problem_ = absl::StrCat("debuginfod: ", what_, " from ", variable("DEBUGINFOD_URLS"), " ", why,
                            ": servers are not asked any more");
}

void DebugServers::refuse(const std::string& path) {
    ::unlink(path.c_str());
    problem_ = absl::StrCat("debuginfod: ", what_, " from ", variable("DEBUGINFOD_URLS"),
                            " gave another file: servers are not asked any more");
}

void choose_system_servers() {
    if (!variable("DEBUGINFOD_URLS").empty()) return;
    std::error_code error;
    std::string servers;
    for (const auto& entry : fs::directory_iterator("/etc/debuginfod", error)) {
        if (entry.path().extension() != ".urls") continue;
        std::ifstream file(entry.path());
        for (std::string server; file >> server;) absl::StrAppend(&servers, servers.empty() ? "" : " ", server);
    }
    if (!servers.empty()) ::setenv("DEBUGINFOD_URLS", servers.c_str(), 1);
}

}  // namespace dregs
