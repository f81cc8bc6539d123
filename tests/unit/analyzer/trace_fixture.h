// A trace in memory, loaded and ready for questions: what the analyzer's tests start from.
//
// Checks in every test the invariant that the counters and the blocks of a sound trace agree.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "analyzer/analysis/profile.h"
#include "analyzer/trace/load.h"
#include "analyzer/trace/trace_writer.h"

namespace dregs {

constexpr std::uint64_t kHeap = 0x5555'0000'0000;

class TestProfile {
  public:
    explicit TestProfile(TraceWriter& writer, Liveness liveness = Liveness::kExited, bool show_wrappers = false);

    Profile& operator*() { return *profile_; }
    Profile* operator->() { return profile_.get(); }
    Profile* get() { return profile_.get(); }
    const std::vector<std::uint8_t>& bytes() const { return bytes_; }
    NamingRoom& naming() { return naming_; }

  private:
    std::vector<std::uint8_t> bytes_;
    NamingRoom naming_;
    std::unique_ptr<Profile> profile_;
};

// A scope record in the given state.
format::Scope make_scope(std::uint32_t kind, format::ScopeState state, std::uint32_t flags = 0,
                         std::uint32_t parent = 0, const char* label = "");
// A share of `instance` on thread `tid`.
format::Scope make_share(std::uint32_t instance, std::uint32_t tid, std::uint32_t begin_cs);

// A small program: 30 blocks leak at "leak" in 10 closed instances of "request", 5 live at "cache" in no scope, 1 at
// "work" in an open request.
TraceWriter sample_trace();

// A file in a folder that goes away with the object.
class TempFolder {
  public:
    TempFolder();
    ~TempFolder();
    std::string path(const std::string& name) const { return folder_ + "/" + name; }
    std::string write(const std::string& name, const std::vector<std::uint8_t>& bytes) const;

  private:
    std::string folder_;
};

}  // namespace dregs
