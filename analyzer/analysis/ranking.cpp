// See ranking.h. rank_blocks -> Ranker::add (one cell) -> row_of; then finish, sort_rows
#include "analyzer/analysis/ranking.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <deque>
#include <tuple>

#include "analyzer/analysis/label_examples.h"

namespace dregs {
namespace {

constexpr std::size_t kProgressEvery = 256;

struct Draft {
    Row row;
    absl::flat_hash_map<std::uint32_t, KindShare> kinds;
    LabelExamples labels;
    std::uint32_t stack = 0;  // the one being added: cells come sorted by stack
    std::uint64_t stack_blocks = 0;
    std::uint64_t top_blocks = 0;
};

class Ranker {
  public:
    Ranker(Profile& profile, const RankOptions& options)
        : profile_(profile), options_(options), matcher_(options.filter, profile) {}

    void add(const LiveCell& cell);
    std::vector<Row> finish();

  private:
    Draft& draft_of(std::uint32_t stack, const ScopeFacts& facts);
    Draft& draft_of_stack(std::uint32_t stack);
    Draft& draft_named(const std::string& key, const std::string& title);
    Row finish_row(Draft& draft);

    Profile& profile_;
    const RankOptions& options_;
    FilterMatcher matcher_;
    std::deque<Draft> drafts_;  // pointers into it are kept
    absl::flat_hash_map<std::string, Draft*> by_key_;
    absl::flat_hash_map<std::uint32_t, Draft*> by_stack_;
};

void count_stack(Draft& draft, std::uint32_t stack, std::uint64_t blocks) {
    if (draft.row.stacks == 0 || draft.stack != stack) {
        ++draft.row.stacks;
        draft.stack = stack;
        draft.stack_blocks = 0;
    }
    draft.stack_blocks += blocks;
    if (draft.stack_blocks > draft.top_blocks) {
        draft.top_blocks = draft.stack_blocks;
        draft.row.top_stack = stack;
    }
}

void add_to_row(Row& row, const LiveCell& cell, const ScopeFacts& facts) {
    const bool first = row.live.recorded().blocks == 0;
    row.oldest_cs = first ? facts.begin_cs : std::min(row.oldest_cs, facts.begin_cs);
    row.newest_cs = first ? facts.begin_cs : std::max(row.newest_cs, facts.begin_cs);
    row.live += cell.live;
    if (facts.outlived) row.outlived += cell.live;
}

void Ranker::add(const LiveCell& cell) {
    const ScopeFacts facts = profile_.scopes().facts(cell.scope);
    if (!matcher_.matches(cell.stack, facts)) return;
    Draft& draft = draft_of(cell.stack, facts);
    add_to_row(draft.row, cell, facts);
    KindShare& share = draft.kinds[facts.kind];
    share.live += cell.live;
    if (facts.outlived) {
        share.outlived += cell.live;
        draft.labels.add(facts.instance, profile_.trace().scopes()[facts.instance]);
    }
    count_stack(draft, cell.stack, cell.live.blocks());
}

Draft& Ranker::draft_of(std::uint32_t stack, const ScopeFacts& facts) {
    if (options_.by == GroupBy::kScope) {
        const std::string& kind = profile_.kind_name(facts.kind);
        return draft_named(kind, kind.empty() ? "(no scope)" : kind);
    }
    if (options_.by == GroupBy::kThread) {
        const std::string thread = profile_.thread_name(facts);
        return draft_named(thread, thread);
    }
    return draft_of_stack(stack);
}

Draft& Ranker::draft_of_stack(std::uint32_t stack) {
    Draft*& known = by_stack_[stack];
    if (!known) {
        const auto [key, title] = group_of(profile_.namer(), options_.by, stack);
        known = &draft_named(key, title);
    }
    return *known;
}

Draft& Ranker::draft_named(const std::string& key, const std::string& title) {
    Draft*& known = by_key_[key];
    if (!known) {
        known = &drafts_.emplace_back();
        known->row.key = key;
        known->row.title = title;
    }
    return *known;
}

bool holds_more(const KindShare& a, const KindShare& b) {
    return std::tuple(b.live.blocks(), b.live.bytes(), std::string_view(a.kind)) <
           std::tuple(a.live.blocks(), a.live.bytes(), std::string_view(b.kind));
}

Row Ranker::finish_row(Draft& draft) {
    Row& row = draft.row;
    for (auto& [kind, share] : draft.kinds) {
        share.kind = profile_.kind_name(kind);
        row.scopes.push_back(std::move(share));
    }
    std::sort(row.scopes.begin(), row.scopes.end(), holds_more);
    row.scope = row.scopes.front().kind;
    row.labels = draft.labels.labels();
    return std::move(row);
}

// What decides first, as a number that is larger for what comes first.
std::uint64_t weight(const Row& row, SortBy sort) {
    switch (sort) {
        case SortBy::kCount:
            return row.live.blocks();
        case SortBy::kBytes:
            return row.live.bytes();
        case SortBy::kOutlived:
            return row.outlived.blocks();
        case SortBy::kAge:
            return ~std::uint64_t{row.oldest_cs};
    }
    return 0;
}

void sort_rows(std::vector<Row>& rows, SortBy sort) {
    std::sort(rows.begin(), rows.end(), [sort](const Row& a, const Row& b) {
        return std::tuple(weight(b, sort), b.live.blocks(), b.live.bytes(), std::string_view(a.key)) <
               std::tuple(weight(a, sort), a.live.blocks(), a.live.bytes(), std::string_view(b.key));
    });
}

std::vector<Row> Ranker::finish() {
    std::vector<Row> rows;
    rows.reserve(drafts_.size());
    for (Draft& draft : drafts_) rows.push_back(finish_row(draft));
    sort_rows(rows, options_.sort);
    return rows;
}

}  // namespace

StackGroup group_of(StackNamer& namer, GroupBy by, std::uint32_t stack) {
    if (by == GroupBy::kStack) return {namer.stack_key(stack), ""};
    if (by == GroupBy::kSite) return {namer.site_key(stack), ""};
    const Frame& site = namer.site(stack);
    const std::string module = site.module.empty() ? "(unknown module)" : site.module;
    if (by == GroupBy::kModule) return {module, module};
    const std::string unnamed = std::string(display_name(module)) + " (no name)";
    const std::string& function = site.function.empty() ? unnamed : site.function;
    return {function, function};
}

std::vector<Row> rank_blocks(Profile& profile, const RankOptions& options, const Progress& progress) {
    Ranker ranker(profile, options);
    const LiveSet& live = profile.live();
    for (std::size_t i = 0; i < live.cells(); ++i) {
        ranker.add(live.cell(i));
        if (progress && i % kProgressEvery == 0) progress(i, live.cells());
    }
    return ranker.finish();
}

}  // namespace dregs
