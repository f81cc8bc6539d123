// See instance_tree.h. InstanceTree -> Grower: find nodes, link them, cut cycles, sum up, put in order
#include "analyzer/analysis/instance_tree.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <numeric>
#include <tuple>

namespace dregs {
namespace {

constexpr std::uint32_t kNone = 0xFFFFFFFF;

bool is_share(const format::Scope& scope) { return (format::scope_flags(scope.status) & format::kScopeShare) != 0; }

// Nodes in the order they were met; a place is an index in them.
class Grower {
  public:
    explicit Grower(const Profile& profile) : profile_(profile), scopes_(profile.trace().scopes()) {}

    void grow();
    std::vector<InstanceNode> take_nodes(std::vector<std::uint32_t>& ends);

  private:
    void add_blocks();
    void add_open();
    std::uint32_t place(std::uint32_t instance);
    std::uint32_t parent_instance(std::uint32_t instance) const;
    void link(std::uint32_t node);
    void cut_cycles();
    void sum_up();
    void sort_children();

    const Profile& profile_;
    const RecordArray<format::Scope>& scopes_;
    absl::flat_hash_map<std::uint32_t, std::uint32_t> places_;  // by scope record
    std::vector<InstanceNode> nodes_;
    std::vector<std::uint32_t> parents_;  // kNone: a root
    std::vector<std::uint32_t> order_;    // parents first
    std::vector<std::vector<std::uint32_t>> children_;
    std::vector<std::uint32_t> roots_;
};

// Its node, which is made if need be, and linked to what it is in.
std::uint32_t Grower::place(std::uint32_t instance) {
    const auto fresh = static_cast<std::uint32_t>(nodes_.size());
    const auto [known, is_new] = places_.try_emplace(instance, fresh);
    if (!is_new) return known->second;
    nodes_.push_back({instance, 0, 0, {}, {}, instance != 0 && profile_.scopes().outlived(instance)});
    parents_.push_back(kNone);
    return fresh;
}

// 0: in none, or in one that has ended with nothing left.
std::uint32_t Grower::parent_instance(std::uint32_t instance) const {
    const format::Scope* scope = scopes_.find(instance);
    const format::Scope* parent = instance != 0 && scope && scope->parent != 0 ? scopes_.find(scope->parent) : nullptr;
    if (!parent || is_share(*parent) || scope->parent == instance) return 0;
    if (format::scope_state(parent->status) == format::ScopeState::kFree) return 0;
    return format::scope_generation(parent->status) == scope->parent_generation ? scope->parent : 0;
}

void Grower::add_blocks() {
    const LiveSet& live = profile_.live();
    for (std::size_t i = 0; i < live.cells(); ++i) {
        const LiveCell cell = live.cell(i);
        nodes_[place(profile_.scopes().facts(cell.scope).instance)].own += cell.live;
    }
}

void Grower::add_open() {
    for (auto scope = scopes_.begin(); scope != scopes_.end(); ++scope) {
        const bool open = format::scope_state((*scope).status) == format::ScopeState::kOpen;
        if (open && (*scope).kind != 0 && !is_share(*scope)) place(static_cast<std::uint32_t>(scope.index()));
    }
}

void Grower::link(std::uint32_t node) {
    const std::uint32_t parent = parent_instance(nodes_[node].instance);
    if (parent != 0) parents_[node] = place(parent);
}

// Fills order_: roots first, then what is in them. What no root reaches is in a cycle.
void Grower::cut_cycles() {
    children_.resize(nodes_.size());
    for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
        (parents_[node] == kNone ? roots_ : children_[parents_[node]]).push_back(node);
    }
    std::vector<bool> seen(nodes_.size());
    const auto follow = [&](std::uint32_t root) {
        std::size_t next = order_.size();
        order_.push_back(root);
        seen[root] = true;
        for (; next < order_.size(); ++next) {
            std::erase_if(children_[order_[next]], [&](std::uint32_t child) { return seen[child]; });
            for (const std::uint32_t child : children_[order_[next]]) {
                seen[child] = true;
                order_.push_back(child);
            }
        }
    };
    for (const std::uint32_t root : roots_) follow(root);
    std::vector<bool> passed(nodes_.size());
    for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
        if (seen[node]) continue;
        std::uint32_t cut = node;
        for (; !passed[cut]; cut = parents_[cut]) passed[cut] = true;  // the first one met again is of the cycle
        parents_[cut] = kNone;
        roots_.push_back(cut);
        follow(cut);
    }
}

void Grower::sum_up() {
    for (InstanceNode& node : nodes_) node.all = node.own;
    for (auto node = order_.rbegin(); node != order_.rend(); ++node) {
        if (parents_[*node] != kNone) nodes_[parents_[*node]].all += nodes_[*node].all;
    }
}

void Grower::sort_children() {
    const auto larger = [&](std::uint32_t a, std::uint32_t b) {
        const Tally left = nodes_[a].all.rounded();
        const Tally right = nodes_[b].all.rounded();
        return std::tie(right.bytes, right.blocks, nodes_[a].instance) <
               std::tie(left.bytes, left.blocks, nodes_[b].instance);
    };
    std::sort(roots_.begin(), roots_.end(), larger);
    for (auto& list : children_) std::sort(list.begin(), list.end(), larger);
}

void Grower::grow() {
    add_blocks();
    add_open();
    for (std::uint32_t node = 0; node < nodes_.size(); ++node) link(node);  // which adds nodes
    cut_cycles();
    sum_up();
    sort_children();
}

// Depth first, without recursion.
std::vector<InstanceNode> Grower::take_nodes(std::vector<std::uint32_t>& ends) {
    std::vector<InstanceNode> sorted;
    std::vector<std::uint32_t> new_places(nodes_.size());
    std::vector<std::uint32_t> pending(roots_.rbegin(), roots_.rend());
    while (!pending.empty()) {
        const std::uint32_t node = pending.back();
        pending.pop_back();
        const auto fresh = static_cast<std::uint32_t>(sorted.size());
        new_places[node] = fresh;
        sorted.push_back(nodes_[node]);
        const bool root = parents_[node] == kNone;
        sorted.back().parent = root ? fresh : new_places[parents_[node]];
        sorted.back().depth = root ? 0 : sorted[sorted.back().parent].depth + 1;
        pending.insert(pending.end(), children_[node].rbegin(), children_[node].rend());
    }
    ends.resize(sorted.size());
    std::iota(ends.begin(), ends.end(), 1);
    for (auto node = static_cast<std::uint32_t>(sorted.size()); node-- > 0;) {
        std::uint32_t& end = ends[sorted[node].parent];
        end = std::max(end, ends[node]);
    }
    return sorted;
}

}  // namespace

InstanceTree::InstanceTree(const Profile& profile) {
    Grower grower(profile);
    grower.grow();
    nodes_ = grower.take_nodes(ends_);
}

}  // namespace dregs
