// See callers_report.h.
#include "analyzer/output/callers_report.h"

#include <absl/container/flat_hash_map.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>

#include "analyzer/output/escape.h"
#include "analyzer/output/estimate_text.h"
#include "analyzer/output/frame_text.h"
#include "analyzer/output/human.h"
#include "analyzer/output/json_stream.h"
#include "analyzer/output/trace_text.h"

namespace dregs {
namespace {

constexpr std::size_t kMostInChain = 6;  // a longer one is shown by its ends

// The name alone; what has none, as module and offset.
std::string plain_name(const Frame& frame) {
    return frame.function.empty() ? frame_text(frame, true) : escape_text(frame.function);
}

std::string join_chain(const std::vector<std::string>& names) {
    if (names.size() <= kMostInChain) return absl::StrJoin(names, " > ");
    const auto tail = names.end() - 3;
    return absl::StrCat(absl::StrJoin(names.begin(), names.begin() + 2, " > "), " > ... ", names.size() - 5, " more > ",
                        absl::StrJoin(tail, names.end(), " > "));
}

bool same_blocks(const CallerNode& a, const CallerNode& b) {
    return a.blocks.blocks() == b.blocks.blocks() && a.blocks.bytes() == b.blocks.bytes() &&
           a.survivors.blocks() == b.survivors.blocks();
}

struct PlaceLine {
    std::uint64_t looks;
    std::string text;
};

class TextCallers {
  public:
    TextCallers(std::ostream& out, const CallersReport& report, const ReportView& view)
        : out_(out), report_(report), view_(view), sampled_(report.profile.sample_bytes() != 0) {}
    void print(const KindCallers& kind);

  private:
    void print_title(const KindCallers& kind);
    void print_places(const char* what, const std::vector<ScopePlaceSeen>& places);
    std::vector<PlaceLine> place_lines(const std::vector<ScopePlaceSeen>& places) const;
    void print_tree(const char* what, const CallerTree& tree);
    // Returns the node at the end of the chain that begins here, whose names it adds.
    std::uint32_t follow_chain(const CallerTree& tree, std::uint32_t node, std::vector<std::string>& names) const;
    void print_node(const CallerTree& tree, std::uint32_t node, std::size_t level);
    void print_children(const CallerTree& tree, const CallerNode& node, std::size_t level);
    std::string amount(const Estimate& blocks) const {
        return absl::StrCat(count_text(blocks, sampled_, "block", "blocks"), ", ", bytes_text(blocks, sampled_));
    }
    std::string survivors_text(const CallerNode& node) const;
    static std::string guides(std::size_t level) {
        std::string text = "    ";
        for (std::size_t i = 0; i < level; ++i) text += "| ";
        return text;
    }

    std::ostream& out_;
    const CallersReport& report_;
    const ReportView& view_;
    bool sampled_;
};

void TextCallers::print_title(const KindCallers& kind) {
    out_ << view_.palette.bold(escape_text(kind.name)) << ": " << human_count(kind.entered) << " entered, "
         << human_count(kind.left) << " left; live: " << amount(kind.live);
    if (kind.survivors.blocks() != 0)
        out_ << "; " << view_.palette.red(absl::StrCat(human_count(kind.survivors.blocks()), " outlived"));
    out_ << '\n';
}

// Call sites in one function are one line, as in the trees: places that read the same are added up.
std::vector<PlaceLine> TextCallers::place_lines(const std::vector<ScopePlaceSeen>& places) const {
    std::vector<PlaceLine> lines;
    absl::flat_hash_map<std::string, std::size_t> known;
    for (const ScopePlaceSeen& place : places) {
        std::vector<std::string> names;
        for (const Frame& frame : report_.profile.namer().frames(place.stack, view_.frames))
            names.push_back(names.empty() ? frame_text(frame, true) : plain_name(frame));
        std::string text = absl::StrJoin(names, " < ");
        const auto [entry, fresh] = known.emplace(text, lines.size());
        if (fresh) lines.push_back({0, std::move(text)});
        lines[entry->second].looks += place.looks;
    }
    std::stable_sort(lines.begin(), lines.end(),
                     [](const PlaceLine& a, const PlaceLine& b) { return a.looks > b.looks; });
    return lines;
}

void TextCallers::print_places(const char* what, const std::vector<ScopePlaceSeen>& places) {
    if (places.empty()) return;
    std::uint64_t looks = 0;
    for (const ScopePlaceSeen& place : places) looks += place.looks;
    out_ << "  " << what << " (looked at " << human_plural(looks, "instance", "instances") << ")\n";
    const std::vector<PlaceLine> lines = place_lines(places);
    const std::size_t shown = view_.shown(lines.size());
    for (std::size_t i = 0; i < shown; ++i) {
        out_ << "    " << human_count(lines[i].looks) << "  " << lines[i].text << '\n';
    }
    if (shown < lines.size()) out_ << "    (" << human_count(lines.size() - shown) << " more: -n 0 shows all)\n";
}

std::uint32_t TextCallers::follow_chain(const CallerTree& tree, std::uint32_t node,
                                        std::vector<std::string>& names) const {
    names.push_back(plain_name(tree.nodes[node].frame));
    while (tree.nodes[node].children.size() == 1 &&
           same_blocks(tree.nodes[node], tree.nodes[tree.nodes[node].children.front()])) {
        node = tree.nodes[node].children.front();
        names.push_back(plain_name(tree.nodes[node].frame));
    }
    return node;
}

std::string TextCallers::survivors_text(const CallerNode& node) const {
    if (node.survivors.blocks() == 0) return "";
    const bool all = node.survivors.blocks() == node.blocks.blocks();
    return absl::StrCat(", ", view_.palette.red(all ? "all outlived"
                                                    : absl::StrCat(human_count(node.survivors.blocks()), " outlived")));
}

void TextCallers::print_children(const CallerTree& tree, const CallerNode& node, std::size_t level) {
    const std::size_t shown = view_.shown(node.children.size());
    for (std::size_t i = 0; i < shown; ++i) print_node(tree, node.children[i], level);
    if (shown == node.children.size()) return;
    Estimate rest;
    for (std::size_t i = shown; i < node.children.size(); ++i) rest += tree.nodes[node.children[i]].blocks;
    out_ << guides(level) << "... and " << human_count(node.children.size() - shown) << " more: " << amount(rest)
         << '\n';
}

// As deep as the option says, so never deeper than the processor's stack.
void TextCallers::print_node(const CallerTree& tree, std::uint32_t begin, std::size_t level) {
    std::vector<std::string> names;
    const CallerNode& node = tree.nodes[follow_chain(tree, begin, names)];
    out_ << guides(level) << amount(node.blocks) << survivors_text(node) << "  " << join_chain(names) << '\n';
    if (level + 1 < report_.depth)
        print_children(tree, node, level + 1);
    else if (!node.children.empty())
        out_ << guides(level + 1) << "... --depth shows more\n";
}

void TextCallers::print_tree(const char* what, const CallerTree& tree) {
    if (tree.empty()) return;
    out_ << "  " << what << '\n';
    print_children(tree, tree.nodes.front(), 0);
    if (tree.cut != 0) out_ << "    " << human_count(tree.cut) << " stacks are too many to be told apart\n";
}

void TextCallers::print(const KindCallers& kind) {
    print_title(kind);
    print_places("begins at", kind.begins);
    print_places("ends at", kind.ends);
    print_tree("live blocks were allocated through", kind.allocated);
    print_tree("blocks from the same places were released through", kind.released);
    out_ << '\n';
}

Json places_json(const CallersReport& report, const std::vector<ScopePlaceSeen>& places, const ReportView& view) {
    Json list = Json::array();
    for (const ScopePlaceSeen& place : places) {
        list.push_back(
            {{"looks", place.looks}, {"frames", frames_json(report.profile.namer().frames(place.stack, view.frames))}});
    }
    return list;
}

Json tree_json(const CallerTree& tree) {
    Json list = Json::array();
    for (std::uint32_t id = 1; id < tree.nodes.size(); ++id) {
        const CallerNode& node = tree.nodes[id];
        list.push_back({{"id", id},
                        {"parent", node.parent},
                        {"blocks", node.blocks.blocks()},
                        {"bytes", node.blocks.bytes()},
                        {"survivor_blocks", node.survivors.blocks()},
                        {"survivor_bytes", node.survivors.bytes()},
                        {"frame", frames_json({node.frame}).front()}});
    }
    return list;
}

Json kind_json(const CallersReport& report, const KindCallers& kind, const ReportView& view) {
    return {{"name", kind.name},
            {"entered", kind.entered},
            {"left", kind.left},
            {"live_blocks", kind.live.blocks()},
            {"live_bytes", kind.live.bytes()},
            {"survivor_blocks", kind.survivors.blocks()},
            {"survivor_bytes", kind.survivors.bytes()},
            {"begins", places_json(report, kind.begins, view)},
            {"ends", places_json(report, kind.ends, view)},
            {"cut_stacks", kind.allocated.cut + kind.released.cut},
            {"allocated", tree_json(kind.allocated)},
            {"released", tree_json(kind.released)}};
}

}  // namespace

void print_callers_text(std::ostream& out, const CallersReport& report, const ReportView& view) {
    print_headline(out, report.profile, view.palette);
    if (report.kinds.empty()) out << "no scopes were entered: see dregs/dregs.h for how to mark them\n";
    for (const KindCallers& kind : report.kinds) TextCallers(out, report, view).print(kind);
    print_losses(out, report.profile, view.palette);
}

void print_callers_json(std::ostream& out, const CallersReport& report, const ReportView& view) {
    JsonStream json(out);
    add_profile_members(json, report.profile);
    json.begin_array("kinds");
    for (const KindCallers& kind : report.kinds) json.element(kind_json(report, kind, view));
    json.end_array();
    json.finish();
}

}  // namespace dregs
