// What was asked of the file system while the files of a module were looked for, and what it said.
//
// The answers of the symbols room depend on nothing else: so where the same questions get the same answers, names that
// were kept are still right, and where a file was replaced, removed or has come since, they are not. Owns the
// questions' text form. Used by ModuleSymbols and DebugFiles, which note, and by CachedModule, which asks again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dregs {

// Whose files a module's may be, beside our own.
struct FileRoots {
    std::string sysroot;    // of another machine or container; empty: none
    std::uint32_t pid = 0;  // of a running process that has the module; 0: none
};

// What makes a file another one when it changes. All zero: there is none.
struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t bytes = 0;
    std::uint64_t mtime_ns = 0;
    std::uint64_t ctime_ns = 0;
    bool operator==(const FileIdentity& other) const = default;
};

class FileProbes {
  public:
    enum class Where : char {
        kHere = 'h',     // path as it is
        kSysroot = 's',  // below the sysroot
        kRoot = 'r',     // below the process's root
        kProcess = 'p',  // in its folder in /proc
        kServer = 'n',   // a server was asked, and had none
    };

    explicit FileProbes(FileRoots roots) : roots_(std::move(roots)) {}

    const FileRoots& roots() const { return roots_; }

    // Notes what is at `path`. Returns the path to open it by; empty where there is no process.
    std::string look(Where where, const std::string& path);
    // Whether anything was there when it was looked for.
    bool was_there(Where where, const std::string& path) const;
    // Notes that a server has none; that holds for as long as libdebuginfod itself believes it.
    void note_not_served(const std::string& build_id);
    // Notes that what was found out will not be the same the next time: a server that did not answer.
    void note_chance() { chance_ = true; }

    // Whether all answers are the same as then.
    bool still_hold() const;
    // The same, and none of the files is so new that it could change again without getting another time.
    bool can_be_kept() const;

    // The same questions and answers; servers' times of day apart.
    bool operator==(const FileProbes& other) const;

    std::string encode() const;
    // Nothing where `text` is not what encode() makes.
    static std::optional<FileProbes> decode(std::string_view text, FileRoots roots);

  private:
    std::string place(Where where, const std::string& path) const;
    FileIdentity ask(Where where, const std::string& path) const;

    FileRoots roots_;
    std::map<std::pair<Where, std::string>, FileIdentity> seen_;
    bool chance_ = false;
};

}  // namespace dregs
