// One trace, loaded and ready for questions: its tables, its live set, its scopes, its names.
//
// Owns all of it; the symbolizer is lent, so that several traces share the symbols they have in common. Made by
// commands/, asked by the rankings and the outputs.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "analyzer/analysis/counters.h"
#include "analyzer/analysis/live_set.h"
#include "analyzer/analysis/scope_index.h"
#include "analyzer/analysis/stack_namer.h"
#include "analyzer/analysis/suppressions.h"
#include "analyzer/trace/process_status.h"

namespace dregs {

struct NamingRoom {  // what naming needs, shared between traces
    NamingRoom(const SymbolizerOptions& options, WrapperList list, bool with_wrappers)
        : symbolizer(options), wrappers(std::move(list)), show_wrappers(with_wrappers) {}

    Symbolizer symbolizer;
    WrapperList wrappers;
    Suppressions suppressions;
    bool show_wrappers;
};

class Profile {
  public:
    Profile(Trace trace, const BlockSums& sums, ProcessStatus status, NamingRoom& naming);
    Profile(const Profile&) = delete;
    Profile& operator=(const Profile&) = delete;

    const Trace& trace() const { return trace_; }
    const LiveSet& live() const { return live_; }
    const ScopeIndex& scopes() const { return scopes_; }
    const ProcessStatus& status() const { return status_; }
    StackNamer& namer() { return namer_; }
    const Totals& totals() const { return totals_; }
    const Loss& loss() const { return loss_; }
    // Every block was recorded, and all numbers are exact: 0. Else numbers of blocks are estimates: see estimate.h.
    std::uint32_t sample_bytes() const { return trace_.header().sample_bytes; }

    const std::string& kind_name(std::uint32_t kind);
    // "worker (4711)"; "unknown thread" for blocks in no scope record.
    std::string thread_name(const ScopeFacts& facts) const;
    // What "now" is for ages, in hundredths of a second since the start.
    std::uint32_t now_cs() const { return now_cs_; }

  private:
    void suppress(const Suppressions& suppressions);
    std::uint32_t find_now() const;

    Trace trace_;
    ProcessStatus status_;
    LiveSet live_;
    ScopeIndex scopes_;
    StackNamer namer_;
    Totals totals_;
    Loss loss_;
    std::uint32_t now_cs_;
    absl::flat_hash_map<std::uint32_t, std::unique_ptr<std::string>> kind_names_;
};

}  // namespace dregs
