// Debug files fetched from servers, by build-id.
//
// Owns the talk with libdebuginfod, which is loaded when it is first asked for and need not be installed, and the
// limits of time. Which servers there are stands in DEBUGINFOD_URLS, as for every other debugger; what was fetched
// stays in the library's own cache. A server that did not answer in time or in a sensible way is not asked again in
// this run. Used by DebugFiles, only when the user said so.
#pragma once

#include <chrono>
#include <string>

#include "analyzer/symbols/elf_image.h"
#include "analyzer/symbols/symbol_progress.h"

namespace dregs {

struct FetchLimits {
    std::chrono::milliseconds file{60'000};
    std::chrono::milliseconds all{300'000};
};

class DebugServers {
  public:
    DebugServers(FetchLimits limits, SymbolProgress progress);
    ~DebugServers();
    DebugServers(const DebugServers&) = delete;
    DebugServers& operator=(const DebugServers&) = delete;

    struct Answer {
        std::string path;         // in libdebuginfod's cache; empty: there is none to be had
        bool not_served = false;  // the servers were asked, and have none
    };
    // `name`: of the module, for the progress. Fetches at most for as long as the limits say.
    Answer fetch(const BuildId& id, const std::string& name);

    // What was fetched is not what was asked for. It is removed, lest it be taken out of the cache each time.
    void refuse(const std::string& path);

    // Why servers are not asked any more; empty: they are.
    const std::string& problem() const { return problem_; }

  private:
    using Clock = std::chrono::steady_clock;
    void open();
    static int go_on(void* session, long done, long total);
    bool is_late() const;
    void note_failure(int error);

    FetchLimits limits_;
    SymbolProgress progress_;
    std::string problem_;
    std::string what_;  // goes on now
    Clock::duration spent_{};
    Clock::time_point begun_{};
    bool opened_ = false;
    bool cut_ = false;  // by us, for it took too long
    void* session_ = nullptr;
    struct Library;
    std::unique_ptr<Library> library_;
};

// Names the servers of this system (/etc/debuginfod/*.urls) in DEBUGINFOD_URLS where it names none.
void choose_system_servers();

}  // namespace dregs
