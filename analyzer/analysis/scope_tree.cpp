// See scope_tree.h.
#include "analyzer/analysis/scope_tree.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace dregs {
namespace {

constexpr std::size_t kMaxDepth = 64;  // deeper ones become roots, and so does one of each cycle

using Children = std::map<std::uint32_t, std::vector<std::size_t>>;
using Places = std::map<std::uint32_t, std::size_t>;  // kind -> index of its node

// Whether the way up ends at a root after a sane number of steps.
bool reaches_root(const std::vector<KindNode>& nodes, const Places& places, std::size_t node) {
    std::size_t steps = 0;
    for (auto up = places.find(nodes[node].parent); up != places.end(); up = places.find(nodes[up->second].parent)) {
        if (++steps > kMaxDepth) return false;
    }
    return true;
}

bool worse(const KindNode& a, const KindNode& b) {
    return std::tuple(b.report.survivors.blocks(), a.kind) < std::tuple(a.report.survivors.blocks(), b.kind);
}

// Depth first, without recursion: a program can nest kinds as deep as it likes.
std::vector<KindReport> flatten(std::vector<KindNode>& nodes, Children& children) {
    struct Visit {
        std::size_t node;
        std::size_t depth;
    };
    std::vector<KindReport> order;
    std::vector<Visit> pending;
    const auto push_children = [&](std::uint32_t kind, std::size_t depth) {
        auto& list = children[kind];
        std::sort(list.begin(), list.end(), [&](auto a, auto b) { return worse(nodes[b], nodes[a]); });
        for (const std::size_t child : list) pending.push_back({child, depth});
    };
    push_children(0, 0);
    while (!pending.empty()) {
        const Visit visit = pending.back();
        pending.pop_back();
        nodes[visit.node].report.depth = visit.depth;
        order.push_back(nodes[visit.node].report);
        push_children(nodes[visit.node].kind, visit.depth + 1);
    }
    return order;
}

}  // namespace

std::vector<KindReport> arrange_kinds(std::vector<KindNode> nodes) {
    Places places;
    for (std::size_t i = 0; i < nodes.size(); ++i) places[nodes[i].kind] = i;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (!places.contains(nodes[i].parent) || !reaches_root(nodes, places, i)) nodes[i].parent = 0;
    }
    Children children;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const auto parent = places.find(nodes[i].parent);
        if (parent != places.end()) nodes[i].report.parent = nodes[parent->second].report.name;
        children[nodes[i].parent].push_back(i);
    }
    return flatten(nodes, children);
}

}  // namespace dregs
