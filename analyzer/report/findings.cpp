// See findings.h. find_what_is_wrong -> Findings::add_survivors, add_growth, add_suspects; else what_there_is
#include "analyzer/report/findings.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>

#include "analyzer/output/frame_text.h"
#include "analyzer/output/human.h"
#include "analyzer/output/trend_text.h"

namespace dregs {
namespace {

constexpr std::size_t kMostOfAKind = 3;
constexpr std::size_t kFewestMoments = 3;  // that tell a trend
constexpr const char* kNotKnown =
    "Whether that is too much cannot be told from one moment without scopes: mark scopes, or take three snapshots or "
    "more.";

std::string percent(std::uint64_t part, std::uint64_t whole) {
    const double share = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
    if (share >= 9.95) return absl::StrFormat("%.0f%%", share);
    return share >= 0.995 ? absl::StrFormat("%.2g%%", share) : absl::StrFormat("%.1g%%", share);
}

// "1 block", "2.5 blocks"
std::string each(std::uint64_t blocks, std::uint64_t instances) {
    if (blocks % instances == 0) return human_plural(blocks / instances, "block", "blocks");
    return absl::StrFormat("%.1f blocks", static_cast<double>(blocks) / static_cast<double>(instances));
}

// "in 1% of request scopes (200 of 20,000)"
std::string how_often(std::size_t instances, const KindReport& kind) {
    if (kind.entered == 1) return absl::StrCat("in the only ", kind.name, " scope");
    if (instances >= kind.entered) return absl::StrCat("in every ", kind.name, " scope (", human_count(instances), ")");
    return absl::StrCat("in ", percent(instances, kind.entered), " of ", kind.name, " scopes (", human_count(instances),
                        " of ", human_count(kind.entered), ")");
}

std::string amount(const Estimate& live) {
    return absl::StrCat(human_count(live.blocks()), " live, ", human_bytes(live.bytes()));
}

std::string long_name(const RateUnit& unit) {
    const std::string_view name = unit.name;
    return name == "s" ? "second" : name == "min" ? "minute" : name == "h" ? "hour" : unit.name;
}

class Findings {
  public:
    explicit Findings(const FindingSources& sources) : sources_(sources), about_(sampled() ? "about " : "") {}

    void add_survivors();
    void add_growth();
    void add_change();
    void add_suspects();
    void add_what_there_is();
    std::vector<Finding> take() { return std::move(found_); }

  private:
    bool sampled() const { return sources_.profile.sample_bytes() != 0; }
    bool has_trends() const { return sources_.trends && sources_.trends->at.size() >= kFewestMoments; }
    bool named(const std::string& site) const {
        return std::any_of(found_.begin(), found_.end(), [&](const Finding& known) { return known.site == site; });
    }
    std::string name_of(std::uint32_t stack) { return short_name(sources_.profile.namer().site(stack)); }
    void add(Tone tone, const std::string& site, std::string text) { found_.push_back({tone, std::move(text), site}); }

    const FindingSources& sources_;
    std::string about_;
    std::vector<Finding> found_;
};

void Findings::add_survivors() {
    struct Survivor {
        const KindReport* kind;
        const SurvivorSite* site;
    };
    std::vector<Survivor> all;
    for (const KindReport& kind : sources_.scopes.kinds) {
        for (std::size_t i = 0; i < std::min(kMostOfAKind, kind.sites.size()); ++i)
            all.push_back({&kind, &kind.sites[i]});
    }
    std::stable_sort(all.begin(), all.end(), [](const Survivor& a, const Survivor& b) {
        return a.site->survivors.blocks() > b.site->survivors.blocks();
    });
    for (std::size_t i = 0; i < std::min(kMostOfAKind, all.size()); ++i) {
        const auto& [kind, site] = all[i];
        const std::uint64_t instances = std::max<std::uint64_t>(1, site->instances);
        add(Tone::kBad, site->key,
            absl::StrCat(name_of(site->top_stack), " leaves ", about_, each(site->survivors.blocks(), instances),
                         " behind ", how_often(site->instances, *kind), "; ", amount(site->survivors), "."));
    }
}

void Findings::add_growth() {
    if (!has_trends()) return;
    const RateUnit unit = rate_unit(*sources_.trends);
    std::size_t shown = 0;
    for (const TrendRow& row : sources_.trends->rows) {
        if (row.course != Course::kGrows || shown == kMostOfAKind) break;  // they come first
        ++shown;
        if (row.frames.empty() || named(row.diff.row.key)) continue;
        const bool blocks = row.blocks.course == Course::kGrows;
        const double rate = (blocks ? row.blocks : row.bytes).late_rate * unit.length;
        const std::string grown = blocks ? absl::StrCat(rate_text(row.blocks.late_rate, unit), " blocks")
                                         : human_byte_delta(static_cast<std::int64_t>(std::clamp(rate, -9e18, 9e18)));
        add(Tone::kBad, row.diff.row.key,
            absl::StrCat(short_name(row.frames.front()), " keeps growing: ", grown, " a ", long_name(unit), "; ",
                         amount(row.diff.newest()), "."));
    }
}

// Of two moments only: what grew most, and no more than that.
void Findings::add_change() {
    if (!sources_.trends || has_trends()) return;
    const std::vector<TrendRow>& rows = sources_.trends->rows;
    const auto most = std::max_element(rows.begin(), rows.end(), [](const TrendRow& a, const TrendRow& b) {
        return a.diff.delta_blocks < b.diff.delta_blocks;
    });
    if (most == rows.end() || most->diff.delta_blocks <= 0 || most->frames.empty()) return;
    add(Tone::kWatch, most->diff.row.key,
        absl::StrCat(short_name(most->frames.front()), " grew most: from ", human_count(most->diff.oldest().blocks()),
                     " to ", human_plural(most->diff.newest().blocks(), "block", "blocks"), " (",
                     human_byte_delta(most->diff.delta_bytes), "). Three snapshots or more tell whether it goes on."));
}

void Findings::add_suspects() {
    if (!sources_.ledger) return;
    std::size_t shown = 0;
    for (const LedgerRow& row : sources_.ledger->rows) {
        if (row.verdict != Verdict::kSuspect || shown++ == kMostOfAKind) break;  // they come first
        if (named(row.key)) continue;
        add(Tone::kBad, row.key,
            absl::StrCat(name_of(row.stack), " releases ", about_, human_count(row.released.blocks()), " of ",
                         human_plural(row.allocated().blocks(), "block", "blocks"), ", not the other ",
                         human_count(row.live.blocks()), " (", human_bytes(row.live.bytes()), ")."));
    }
}

void Findings::add_what_there_is() {
    if (!found_.empty()) return;
    const Estimate& live = sources_.profile.totals().live;
    if (sources_.rows.empty())
        return add(Tone::kGood, "", "Nothing is live: every block that was recorded was given back.");
    const Row& first = sources_.rows.front();
    if (has_trends()) {
        add(Tone::kGood, "", "Nothing keeps growing.");
    } else if (!sources_.scopes.kinds.empty()) {
        add(Tone::kGood, "", "No block outlived its scope.");
    }
    const bool judged = !found_.empty();
    add(judged ? Tone::kGood : Tone::kWatch, first.key,
        absl::StrCat(name_of(first.top_stack), " holds the most: ", about_, human_count(first.live.blocks()), " of ",
                     human_plural(live.blocks(), "live block", "live blocks"), " (",
                     human_share(first.live.blocks(), live.blocks()), ", ", human_bytes(first.live.bytes()), ")."));
    if (!judged) add(Tone::kWatch, "", kNotKnown);
}

}  // namespace

std::vector<Finding> find_what_is_wrong(const FindingSources& sources) {
    Findings findings(sources);
    findings.add_survivors();
    findings.add_growth();
    findings.add_change();
    findings.add_suspects();
    findings.add_what_there_is();
    return findings.take();
}

}  // namespace dregs
