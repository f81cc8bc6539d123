// Allocation sites against the sites that release their blocks, and which of the former are above suspicion.
//
// Pure: a profile with a ledger (format::Header::ledger) in, rows out, what is left to be looked at first. Owns the
// passes by which sites are eliminated; analyzer/README.md has the rules and why. Called by dregs ledger.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyzer/analysis/ranking.h"

namespace dregs {

// In the order in which rows come.
enum class Verdict {
    kSuspect,        // part of its blocks are released, the others overdue
    kNeverReleased,  // none is
    kInFlight,       // all that are live are no older than its blocks get
    kKept,           // what is live was made early on, none since: a cache, a table
    kShared,         // none is live; they are released where blocks of other sites are, too
    kReleased,       // none is live
};
inline constexpr int kVerdicts = 6;
inline constexpr bool is_clean(Verdict verdict) { return verdict > Verdict::kNeverReleased; }

enum class ReleasedHow {
    kFreed,     // by free, or a pool's free
    kMoved,     // by realloc
    kWithPool,  // when their pool was emptied or destroyed; the site is where the pool was made
    kUnseen,    // somehow: another block came where they were
};

struct ReleaseSite {
    ReleasedHow how = ReleasedHow::kFreed;
    std::string key;
    std::string title;        // as in Row
    std::uint32_t stack = 0;  // the one that released most
    Estimate blocks;
    std::uint32_t last_cs = 0;  // when the last one was
    bool shared = false;        // blocks of other rows are released here, too
};

struct LedgerRow {
    std::string key;  // as in Row
    std::string title;
    std::uint32_t stack = 0;  // the one that made most of what is live, else of what was released
    Verdict verdict = Verdict::kReleased;
    Estimate live;
    Estimate released;
    Estimate overdue;             // of live: not explained by its being early days
    std::uint32_t usual_cs = 0;   // 99 % of its blocks that were freed had lived no longer
    std::uint32_t oldest_cs = 0;  // when the first and the last of the live ones were made
    std::uint32_t newest_cs = 0;
    std::vector<ReleaseSite> released_at;  // most first

    Estimate allocated() const;
};

// What stays of one pass.
struct LedgerPass {
    std::size_t sites = 0;
    Estimate live;
};

struct Ledger {
    std::vector<LedgerRow> rows;
    LedgerPass passes[kVerdicts];  // by verdict
    std::size_t release_sites = 0;
    Estimate live;
    Estimate released;                 // in whatever way
    Estimate moved;                    // of these, by realloc
    std::vector<ReleaseSite> unknown;  // frees of blocks that were not in the table, most first
    std::vector<ReleaseSite> emptied;  // where pools were emptied or destroyed; blocks are pools
    std::uint32_t resolution_cs = 0;   // ages and lifetimes are known to this

    std::size_t clean_sites() const;
};

struct LedgerOptions {
    GroupBy by = GroupBy::kSite;
    SortBy sort = SortBy::kCount;
    Filter filter;  // no conditions of threads and scopes
};

// Throws Error when the trace has no ledger.
Ledger make_ledger(Profile& profile, const LedgerOptions& options, const Progress& progress = {});

}  // namespace dregs
