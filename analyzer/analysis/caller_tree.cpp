// See caller_tree.h. find_callers -> add_counters, add_blocks, add_releases, add_places; then sort
#include "analyzer/analysis/caller_tree.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace dregs {
namespace {

// A hostile trace may have stacks without number; nobody reads so large a tree.
constexpr std::size_t kMostNodes = 1 << 18;

std::string identity(const Frame& frame) {
    if (frame.function.empty()) return absl::StrCat("\n", frame.module, "\n", frame.offset);
    return absl::StrCat(frame.function, "\n", frame.module);
}

class TreeMaker {
  public:
    TreeMaker() { tree_.nodes.emplace_back(); }
    // `frames`: innermost first, as a stack has them.
    void add(const std::vector<Frame>& frames, const Estimate& blocks, const Estimate& survivors);
    CallerTree finish();

  private:
    // The node's child of this function; the node itself where there is no room.
    std::uint32_t child(std::uint32_t node, const Frame& frame);
    void count(std::uint32_t node, const Estimate& blocks, const Estimate& survivors) {
        tree_.nodes[node].blocks += blocks;
        tree_.nodes[node].survivors += survivors;
    }

    CallerTree tree_;
    absl::flat_hash_map<std::string, std::uint32_t> known_;
};

std::uint32_t TreeMaker::child(std::uint32_t node, const Frame& frame) {
    const auto [place, is_new] = known_.try_emplace(absl::StrCat(node, "\n", identity(frame)), tree_.nodes.size());
    if (!is_new) return place->second;
    CallerNode made;
    made.parent = node;
    made.frame = frame;
    tree_.nodes.push_back(std::move(made));
    tree_.nodes[node].children.push_back(place->second);
    return place->second;
}

void TreeMaker::add(const std::vector<Frame>& frames, const Estimate& blocks, const Estimate& survivors) {
    std::uint32_t node = 0;
    count(node, blocks, survivors);
    for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
        if (tree_.nodes.size() >= kMostNodes) {
            ++tree_.cut;
            return;
        }
        node = child(node, *frame);
        count(node, blocks, survivors);
    }
}

CallerTree TreeMaker::finish() {
    const auto& nodes = tree_.nodes;
    const auto has_more = [&](std::uint32_t a, std::uint32_t b) {
        return std::tuple(nodes[b].blocks.blocks(), nodes[b].blocks.bytes(), a) <
               std::tuple(nodes[a].blocks.blocks(), nodes[a].blocks.bytes(), b);
    };
    for (CallerNode& node : tree_.nodes) std::sort(node.children.begin(), node.children.end(), has_more);
    return std::move(tree_);
}

struct Draft {
    KindCallers callers;
    TreeMaker allocated;
    TreeMaker released;
    absl::flat_hash_set<std::uint32_t> stacks;        // of its live blocks
    std::map<std::string, ScopePlaceSeen> places[2];  // by site: begins, ends
    std::map<std::string, ScopePlaceSeen> opened;     // as its records say that are still there
};

class Finder {
  public:
    explicit Finder(Profile& profile) : profile_(profile) {}
    std::vector<KindCallers> find();

  private:
    void add_counters();
    void add_blocks();
    void add_releases();
    void add_edges();
    void add_opened();
    void add_place(std::map<std::string, ScopePlaceSeen>& places, std::uint32_t stack, std::uint64_t looks);
    Draft* draft(std::uint32_t kind);

    Profile& profile_;
    std::map<std::uint32_t, Draft> kinds_;
};

// Null for "no kind", and for one that the trace does not have.
Draft* Finder::draft(std::uint32_t kind) {
    return kind != 0 && profile_.trace().kinds().find(kind) ? &kinds_[kind] : nullptr;
}

void Finder::add_counters() {
    for (const format::KindCounters& counters : profile_.trace().kind_counters()) {
        if (Draft* kind = draft(counters.kind)) kind->callers.add(counters);
    }
}

void Finder::add_blocks() {
    for (std::size_t i = 0; i < profile_.live().cells(); ++i) {
        const LiveCell cell = profile_.live().cell(i);
        const ScopeFacts facts = profile_.scopes().facts(cell.scope);
        Draft* kind = draft(facts.kind);
        if (!kind) continue;
        const Estimate survivors = facts.outlived ? cell.live : Estimate{};
        kind->callers.live += cell.live;
        kind->callers.survivors += survivors;
        kind->stacks.insert(cell.stack);
        kind->allocated.add(profile_.namer().frames(cell.stack), cell.live, survivors);
    }
}

// The ledger knows stacks, not scopes: what was released of the stacks that a kind's live blocks are from.
void Finder::add_releases() {
    for (const format::Release& release : profile_.trace().releases()) {
        const std::uint32_t from = format::release_from(release.key), to = format::release_to(release.key);
        if (release.key == 0 || !profile_.trace().has_stack(to)) continue;
        for (auto& [kind, draft] : kinds_) {
            if (draft.stacks.contains(from))
                draft.released.add(profile_.namer().frames(to), Tally{release.blocks, release.bytes}, {});
        }
    }
}

void Finder::add_place(std::map<std::string, ScopePlaceSeen>& places, std::uint32_t stack, std::uint64_t looks) {
    ScopePlaceSeen& place = places[profile_.namer().stack_key(stack)];
    place.stack = stack;
    place.looks += looks;
}

void Finder::add_edges() {
    for (const format::ScopeEdge& edge : profile_.trace().scope_edges()) {
        Draft* kind = draft(edge.kind);
        if (!kind || edge.looks == 0 || !profile_.trace().has_stack(edge.stack)) continue;
        add_place(kind->places[edge.edge == format::ScopeEdgeKind::kEnd ? 1 : 0], edge.stack, edge.looks);
    }
}

void Finder::add_opened() {
    for (const format::Scope& scope : profile_.trace().scopes()) {
        Draft* kind = draft(scope.kind);
        const auto state = format::scope_state(scope.status);
        if (!kind || state == format::ScopeState::kFree || scope.stack == format::kStackNone) continue;
        if ((format::scope_flags(scope.status) & format::kScopeShare) != 0) continue;
        if (profile_.trace().has_stack(scope.stack)) add_place(kind->opened, scope.stack, 1);
    }
}

std::vector<ScopePlaceSeen> sorted(std::map<std::string, ScopePlaceSeen>& places) {
    std::vector<ScopePlaceSeen> list;
    for (auto& [key, place] : places) {
        list.push_back(std::move(place));
        list.back().key = key;
    }
    std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.looks > b.looks; });
    return list;
}

std::vector<KindCallers> Finder::find() {
    add_counters();
    add_blocks();
    add_releases();
    add_edges();
    add_opened();
    std::vector<KindCallers> found;
    for (auto& [kind, draft] : kinds_) {
        KindCallers callers = std::move(draft.callers);
        callers.name = profile_.kind_name(kind);
        callers.allocated = draft.allocated.finish();
        callers.released = draft.released.finish();
        draft.places[0].merge(draft.opened);  // those where nobody looked
        callers.begins = sorted(draft.places[0]);
        callers.ends = sorted(draft.places[1]);
        found.push_back(std::move(callers));
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return found;
}

}  // namespace

std::vector<KindCallers> find_callers(Profile& profile) { return Finder(profile).find(); }

}  // namespace dregs
