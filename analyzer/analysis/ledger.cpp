// See ledger.h. make_ledger -> ReleaseSums -> LedgerMaker::add_live, add_release; then judge each row, sort
#include "analyzer/analysis/ledger.h"

#include <absl/container/flat_hash_map.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <deque>
#include <map>
#include <tuple>

#include "analyzer/trace/error.h"

namespace dregs {
namespace {

constexpr std::size_t kProgressEvery = 256;

using format::ReleaseKind;

// What the trace's records say of one (stack, stack, kind), all threads together.
struct ReleaseSum {
    Tally released;
    std::uint32_t last_cs = 0;
    std::uint32_t longest_cs = 0;
};

// Ordered, so that equal traces give equal reports.
using ReleaseSums = std::map<std::uint64_t, ReleaseSum>;

bool is_sound(const Trace& trace, std::uint64_t key) {
    return format::release_kind(key) <= ReleaseKind::kPoolEmptied && format::release_kind(key) != ReleaseKind::kNone &&
           trace.has_stack(format::release_from(key)) && trace.has_stack(format::release_to(key));
}

ReleaseSums sum_releases(const Trace& trace) {
    absl::flat_hash_map<std::uint64_t, ReleaseSum> sums;
    for (const format::Release& release : trace.releases()) {
        if (release.key == 0 || !is_sound(trace, release.key)) continue;
        ReleaseSum& sum = sums[release.key];
        sum.released += {release.blocks, release.bytes};
        sum.last_cs = std::max(sum.last_cs, release.last_cs);
        sum.longest_cs = std::max(sum.longest_cs, release.longest_cs);
    }
    return {sums.begin(), sums.end()};
}

// In a sampled trace each recorded block stands for several: as many as one of their average size does.
Estimate estimate_of(const Tally& recorded, std::uint32_t sample_bytes) {
    if (sample_bytes == 0 || recorded.blocks == 0) return recorded;
    Unsampled beside = unsampled_beside(recorded.bytes / recorded.blocks, sample_bytes);
    const auto blocks = static_cast<double>(recorded.blocks);
    beside.blocks *= blocks;
    beside.bytes *= blocks;
    beside.blocks_variance *= blocks;
    beside.bytes_variance *= blocks;
    return {recorded, beside};
}

// Live blocks that were made at about the same time.
struct Birth {
    std::uint32_t begin_cs;
    bool outlived;
    bool pooled;
    Estimate live;
};

// So many blocks were released at an age of at most this.
struct Lifetime {
    std::uint32_t longest_cs;
    std::uint64_t blocks;
};

struct SiteDraft {
    ReleaseSite site;
    std::uint64_t top_blocks = 0;
};

struct RowDraft {
    LedgerRow row;
    std::uint64_t top_live = 0;
    std::uint64_t top_released = 0;
    std::vector<Birth> births;
    std::vector<Lifetime> lifetimes;
    std::map<std::string, SiteDraft> released_at;
    bool given_back = false;  // not only moved
};

const char* how_key(ReleasedHow how) {
    switch (how) {
        case ReleasedHow::kFreed:
            return "freed\n";
        case ReleasedHow::kMoved:
            return "moved\n";
        case ReleasedHow::kWithPool:
            return "pool\n";
        case ReleasedHow::kUnseen:
            return "unseen\n";
    }
    return "";
}

void add_to_site(SiteDraft& draft, std::uint32_t stack, const ReleaseSum& sum, const Estimate& blocks) {
    draft.site.blocks += blocks;
    draft.site.last_cs = std::max(draft.site.last_cs, sum.last_cs);
    if (sum.released.blocks <= draft.top_blocks) return;
    draft.top_blocks = sum.released.blocks;
    draft.site.stack = stack;
}

bool releases_more(const ReleaseSite& a, const ReleaseSite& b) {
    return std::tuple(b.blocks.blocks(), std::string_view(a.key)) <
           std::tuple(a.blocks.blocks(), std::string_view(b.key));
}

std::vector<ReleaseSite> finish_sites(std::map<std::string, SiteDraft>& drafts) {
    std::vector<ReleaseSite> sites;
    sites.reserve(drafts.size());
    for (auto& [key, draft] : drafts) sites.push_back(std::move(draft.site));
    std::sort(sites.begin(), sites.end(), releases_more);
    return sites;
}

class LedgerMaker {
  public:
    LedgerMaker(Profile& profile, const LedgerOptions& options)
        : profile_(profile),
          options_(options),
          matcher_(options.filter, profile),
          sums_(sum_releases(profile.trace())) {}

    Ledger make(const Progress& progress);

  private:
    using SiteDrafts = std::map<std::string, SiteDraft>;

    void add_live(const LiveCell& cell);
    void add_release(std::uint64_t key, const ReleaseSum& sum);
    void add_released(std::uint32_t from, ReleasedHow how, std::uint32_t to, const ReleaseSum& sum);
    void add_with_pools();
    void count_pool_alloc(std::uint32_t from, std::uint32_t pool, const ReleaseSum& sum);
    RowDraft& draft_of(std::uint32_t stack);
    const StackGroup& group(std::uint32_t stack);
    SiteDraft& site_of(SiteDrafts& drafts, ReleasedHow how, std::uint32_t stack);
    void finish_row(RowDraft& draft);
    void mark_shared();
    Verdict judge(const RowDraft& draft) const;
    Verdict judge_live(const RowDraft& draft) const;
    bool is_overdue(const RowDraft& draft, const Birth& birth) const;
    bool is_kept(const RowDraft& draft) const;
    bool has_ended() const { return profile_.status().liveness == Liveness::kExited; }
    void total();

    struct PoolStack {  // one stack that allocates in pools
        Tally allocated;
        Tally elsewhere;  // of these, live or freed alone
        std::uint32_t pool = 0;
        std::uint64_t pool_blocks = 0;
    };

    Profile& profile_;
    const LedgerOptions& options_;
    FilterMatcher matcher_;
    ReleaseSums sums_;
    std::deque<RowDraft> drafts_;
    absl::flat_hash_map<std::string, RowDraft*> by_key_;
    absl::flat_hash_map<std::uint32_t, RowDraft*> by_stack_;
    absl::flat_hash_map<std::uint32_t, StackGroup> groups_;
    std::map<std::uint32_t, PoolStack> pool_stacks_;
    SiteDrafts unknown_;
    SiteDrafts emptied_;
    std::map<std::string, std::size_t> users_;  // of each place of release: how many rows
    Ledger ledger_;
};

const StackGroup& LedgerMaker::group(std::uint32_t stack) {
    const auto known = groups_.find(stack);
    if (known != groups_.end()) return known->second;
    return groups_.emplace(stack, group_of(profile_.namer(), options_.by, stack)).first->second;
}

RowDraft& LedgerMaker::draft_of(std::uint32_t stack) {
    RowDraft*& of_stack = by_stack_[stack];
    if (of_stack) return *of_stack;
    const StackGroup& mine = group(stack);
    RowDraft*& known = by_key_[mine.key];
    if (!known) {
        known = &drafts_.emplace_back();
        known->row.key = mine.key;
        known->row.title = mine.title;
    }
    return *(of_stack = known);
}

SiteDraft& LedgerMaker::site_of(SiteDrafts& drafts, ReleasedHow how, std::uint32_t stack) {
    const StackGroup& mine = group(stack);
    SiteDraft& draft = drafts[how_key(how) + mine.key];
    draft.site.how = how;
    draft.site.key = mine.key;
    draft.site.title = mine.title;
    return draft;
}

void LedgerMaker::add_live(const LiveCell& cell) {
    const ScopeFacts facts = profile_.scopes().facts(cell.scope);
    const format::Scope* instance = profile_.trace().scopes().find(facts.instance);
    const bool pooled = instance && (format::scope_flags(instance->status) & format::kScopePool) != 0;
    if (pooled) pool_stacks_[cell.stack].elsewhere += cell.live.recorded();
    if (!matcher_.matches(cell.stack, facts)) return;
    RowDraft& draft = draft_of(cell.stack);
    draft.row.live += cell.live;
    draft.births.push_back({facts.begin_cs, facts.outlived, pooled, cell.live});
    if (cell.live.recorded().blocks <= draft.top_live) return;
    draft.top_live = cell.live.recorded().blocks;
    draft.row.stack = cell.stack;
}

void LedgerMaker::count_pool_alloc(std::uint32_t from, std::uint32_t pool, const ReleaseSum& sum) {
    PoolStack& at = pool_stacks_[from];
    at.allocated += sum.released;
    if (sum.released.blocks <= at.pool_blocks) return;
    at.pool_blocks = sum.released.blocks;
    at.pool = pool;
}

void LedgerMaker::add_release(std::uint64_t key, const ReleaseSum& sum) {
    const std::uint32_t from = format::release_from(key);
    const std::uint32_t to = StackNamer::as_release(format::release_to(key));
    const Estimate blocks = estimate_of(sum.released, profile_.sample_bytes());
    switch (format::release_kind(key)) {
        case ReleaseKind::kFreed:
            return add_released(from, ReleasedHow::kFreed, to, sum);
        case ReleaseKind::kMoved:
            return add_released(from, ReleasedHow::kMoved, to, sum);
        case ReleaseKind::kUnseen:
            return add_released(from, ReleasedHow::kUnseen, to, sum);
        case ReleaseKind::kPoolFreed:
            pool_stacks_[from].elsewhere += sum.released;
            return add_released(from, ReleasedHow::kFreed, to, sum);
        case ReleaseKind::kPoolAlloc:
            return count_pool_alloc(from, format::release_to(key), sum);
        case ReleaseKind::kUnknown:
            return add_to_site(site_of(unknown_, ReleasedHow::kFreed, to), to, sum, blocks);
        case ReleaseKind::kPoolEmptied:
            return add_to_site(site_of(emptied_, ReleasedHow::kFreed, to), to, sum, Estimate(sum.released));
        case ReleaseKind::kNone:
            return;
    }
}

void LedgerMaker::add_released(std::uint32_t from, ReleasedHow how, std::uint32_t to, const ReleaseSum& sum) {
    if (!matcher_.matches(from, {})) return;
    RowDraft& draft = draft_of(from);
    const Estimate blocks = estimate_of(sum.released, profile_.sample_bytes());
    draft.row.released += blocks;
    if (how == ReleasedHow::kMoved)
        ledger_.moved += blocks;
    else
        draft.given_back = true;
    if (how == ReleasedHow::kFreed) draft.lifetimes.push_back({sum.longest_cs, sum.released.blocks});
    add_to_site(site_of(draft.released_at, how, to), to, sum, blocks);
    if (draft.top_live != 0 || sum.released.blocks <= draft.top_released) return;
    draft.top_released = sum.released.blocks;
    draft.row.stack = from;
}

// What was allocated in pools, is not live and was not freed alone.
void LedgerMaker::add_with_pools() {
    for (const auto& [stack, of] : pool_stacks_) {
        Tally rest = of.allocated;
        rest -= of.elsewhere;
        if (rest.blocks != 0) add_released(stack, ReleasedHow::kWithPool, of.pool, {rest, 0, 0});
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Judging

std::uint32_t usual_lifetime(std::vector<Lifetime> lifetimes) {
    std::sort(lifetimes.begin(), lifetimes.end(),
              [](const Lifetime& a, const Lifetime& b) { return a.longest_cs < b.longest_cs; });
    std::uint64_t all = 0;
    for (const Lifetime& lifetime : lifetimes) all = saturating_add(all, lifetime.blocks);
    std::uint64_t so_far = 0;
    for (const Lifetime& lifetime : lifetimes) {
        so_far = saturating_add(so_far, lifetime.blocks);
        if (so_far >= all - all / 100) return lifetime.longest_cs;
    }
    return 0;
}

// A program that ended by itself had its chance to release everything. Otherwise blocks are in flight.
bool LedgerMaker::is_overdue(const RowDraft& draft, const Birth& birth) const {
    if (birth.outlived || has_ended()) return true;
    if (birth.pooled) return false;  // goes when its pool does, and that is still open
    const std::uint32_t age = profile_.now_cs() - std::min(profile_.now_cs(), birth.begin_cs);
    return age > std::uint64_t{draft.row.usual_cs} + ledger_.resolution_cs;
}

// None of what is overdue was made since the first quarter of the time that a leak would have had to grow in: as long
// as the process has lived, or, of a site that has released blocks in a program that ended, as long as it did.
bool LedgerMaker::is_kept(const RowDraft& draft) const {
    const bool by_own_time = draft.given_back && has_ended();
    std::uint32_t active_cs = by_own_time ? draft.row.newest_cs : profile_.now_cs();
    for (const auto& [key, site] : draft.released_at) active_cs = std::max(active_cs, site.site.last_cs);
    std::uint32_t newest_cs = 0;
    for (const Birth& birth : draft.births) {
        if (is_overdue(draft, birth)) newest_cs = std::max(newest_cs, birth.begin_cs);
    }
    return newest_cs <= active_cs / 4 && active_cs - newest_cs > 2 * ledger_.resolution_cs;
}

Verdict LedgerMaker::judge_live(const RowDraft& draft) const {
    if (draft.given_back && draft.row.overdue.recorded().blocks == 0) return Verdict::kInFlight;
    const bool outlived =
        std::any_of(draft.births.begin(), draft.births.end(), [](const Birth& birth) { return birth.outlived; });
    if (!outlived && is_kept(draft)) return Verdict::kKept;
    return draft.given_back ? Verdict::kSuspect : Verdict::kNeverReleased;
}

Verdict LedgerMaker::judge(const RowDraft& draft) const {
    if (draft.row.live.recorded().blocks != 0) return judge_live(draft);
    const bool shared = std::all_of(draft.released_at.begin(), draft.released_at.end(),
                                    [](const auto& entry) { return entry.second.site.shared; });
    return shared ? Verdict::kShared : Verdict::kReleased;
}

void LedgerMaker::mark_shared() {
    for (const RowDraft& draft : drafts_) {
        for (const auto& [key, site] : draft.released_at) ++users_[key];
    }
    for (RowDraft& draft : drafts_) {
        for (auto& [key, site] : draft.released_at) {
            site.site.shared = users_[key] > 1 && site.site.how == ReleasedHow::kFreed;
        }
    }
}

void LedgerMaker::finish_row(RowDraft& draft) {
    LedgerRow& row = draft.row;
    row.usual_cs = usual_lifetime(draft.lifetimes);
    if (!draft.births.empty()) row.oldest_cs = draft.births.front().begin_cs;
    for (const Birth& birth : draft.births) {
        row.oldest_cs = std::min(row.oldest_cs, birth.begin_cs);
        row.newest_cs = std::max(row.newest_cs, birth.begin_cs);
        if (is_overdue(draft, birth)) row.overdue += birth.live;
    }
    row.verdict = judge(draft);
    row.released_at = finish_sites(draft.released_at);
}

std::uint64_t weight(const LedgerRow& row, SortBy sort) {
    return sort == SortBy::kBytes ? row.live.bytes() : row.live.blocks();
}

void LedgerMaker::total() {
    for (const LedgerRow& row : ledger_.rows) {
        LedgerPass& pass = ledger_.passes[static_cast<int>(row.verdict)];
        ++pass.sites;
        pass.live += row.live;
        ledger_.live += row.live;
        ledger_.released += row.released;
    }
    for (const auto& [key, rows] : users_) {
        const bool a_site =
            key.starts_with(how_key(ReleasedHow::kFreed)) || key.starts_with(how_key(ReleasedHow::kMoved));
        ledger_.release_sites += a_site ? 1 : 0;
    }
}

// Two slices of time, as the shim cuts them: one that the block's birth is known by, one for its end.
std::uint32_t resolution(std::uint32_t now_cs) { return 2 * std::max<std::uint32_t>(100, now_cs / 256) + 1; }

Ledger LedgerMaker::make(const Progress& progress) {
    ledger_.resolution_cs = resolution(profile_.now_cs());
    const LiveSet& live = profile_.live();
    const std::size_t all = live.cells() + sums_.size();
    std::size_t done = 0;
    const auto step = [&] {
        if (progress && ++done % kProgressEvery == 0) progress(done, all);
    };
    for (std::size_t i = 0; i < live.cells(); ++i, step()) add_live(live.cell(i));
    for (const auto& [key, sum] : sums_) add_release(key, sum), step();
    add_with_pools();
    mark_shared();
    for (RowDraft& draft : drafts_) {
        finish_row(draft);
        ledger_.rows.push_back(std::move(draft.row));
    }
    std::sort(ledger_.rows.begin(), ledger_.rows.end(), [&](const LedgerRow& a, const LedgerRow& b) {
        return std::tuple(a.verdict, weight(b, options_.sort), b.live.bytes(), b.released.blocks(),
                          std::string_view(a.key)) < std::tuple(b.verdict, weight(a, options_.sort), a.live.bytes(),
                                                                a.released.blocks(), std::string_view(b.key));
    });
    total();
    ledger_.unknown = finish_sites(unknown_);
    ledger_.emptied = finish_sites(emptied_);
    return std::move(ledger_);
}

}  // namespace

Estimate LedgerRow::allocated() const {
    Estimate sum = live;
    sum += released;
    return sum;
}

std::size_t Ledger::clean_sites() const {
    std::size_t sites = 0;
    for (int verdict = 0; verdict < kVerdicts; ++verdict) {
        if (is_clean(static_cast<Verdict>(verdict))) sites += passes[verdict].sites;
    }
    return sites;
}

Ledger make_ledger(Profile& profile, const LedgerOptions& options, const Progress& progress) {
    if (profile.trace().header().ledger == 0) {
        throw Error(absl::StrCat(profile.trace().name(),
                                 ": was recorded without a ledger, which needs `dregs run --ledger -- PROGRAM` or "
                                 "DREGS_LEDGER=1 in the program's environment"));
    }
    return LedgerMaker(profile, options).make(progress);
}

}  // namespace dregs
