// See tree_report.h.
#include "analyzer/output/tree_report.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>

#include "analyzer/analysis/label_examples.h"
#include "analyzer/output/escape.h"
#include "analyzer/output/estimate_text.h"
#include "analyzer/output/frame_text.h"
#include "analyzer/output/human.h"
#include "analyzer/output/json_stream.h"
#include "analyzer/output/trace_text.h"

namespace dregs {
namespace {

constexpr std::uint32_t kMaxTextDepth = 128;  // what is deeper is summed up

const format::Scope* scope_of(const TreeReport& report, const InstanceNode& node) {
    return node.instance == 0 ? nullptr : report.profile.trace().scopes().find(node.instance);
}

bool has_flag(const format::Scope* scope, format::ScopeFlags flag) {
    return scope && (format::scope_flags(scope->status) & flag) != 0;
}

bool is_closed(const format::Scope* scope) {
    return scope && format::scope_state(scope->status) == format::ScopeState::kClosed;
}

std::string thread_of(const TreeReport& report, const format::Scope& scope) {
    ScopeFacts facts;
    facts.tid = scope.tid;
    facts.thread_name = scope.thread_name;
    return report.profile.thread_name(facts);
}

// "packet", "thread main (4711)"
std::string node_name(const TreeReport& report, const InstanceNode& node) {
    const format::Scope* scope = scope_of(report, node);
    if (!scope) return "scope no longer known";
    const bool nobodys = node.instance == format::kUnattributedScope && scope->kind == 0;
    if (nobodys) return "no scope and no thread";
    return scope->kind == 0 ? absl::StrCat("thread ", thread_of(report, *scope))
                            : report.profile.kind_name(scope->kind);
}

// "", or where a pool or an unbound scope was made.
std::vector<Frame> made_at(const TreeReport& report, const format::Scope* scope, std::size_t frames) {
    if (!scope || scope->stack < format::kStackRoots || !report.profile.trace().has_stack(scope->stack)) return {};
    return report.profile.namer().frames(scope->stack, frames);
}

std::string guides(std::uint32_t depth) {
    std::string text;
    for (std::uint32_t i = 0; i < depth; ++i) text += "| ";
    return text;
}

class TextTree {
  public:
    TextTree(std::ostream& out, const TreeReport& report, const ReportView& view)
        : out_(out), report_(report), view_(view), sampled_(report.profile.sample_bytes() != 0) {}
    void print();

  private:
    std::string amount(const Estimate& live) const;
    std::string title(const InstanceNode& node) const;
    void print_node(std::size_t place);
    void print_blocks(std::size_t place);
    std::size_t skip_siblings(std::size_t place);
    std::size_t skip_deeper(std::size_t place);
    void print_rest(std::uint32_t depth, std::uint64_t scopes, const Estimate& live, const char* why);
    const InstanceNode& node(std::size_t place) const { return report_.tree.nodes()[place]; }

    std::ostream& out_;
    const TreeReport& report_;
    const ReportView& view_;
    bool sampled_;
    std::vector<std::size_t> shown_;  // by depth: siblings printed so far
};

std::string TextTree::amount(const Estimate& live) const {
    return absl::StrCat(count_text(live, sampled_, "block", "blocks"), ", ", bytes_text(live, sampled_));
}

std::string TextTree::title(const InstanceNode& node) const {
    const format::Scope* scope = scope_of(report_, node);
    const std::string_view label = scope ? label_of(*scope) : "";
    std::string text = view_.palette.bold(escape_text(node_name(report_, node)));
    if (!label.empty()) absl::StrAppend(&text, " \"", escape_text(label), "\"");
    if (has_flag(scope, format::kScopePool)) text += " [pool]";
    absl::StrAppend(&text, "  ", amount(node.own));
    if (node.all.blocks() != node.own.blocks()) absl::StrAppend(&text, "; in all ", amount(node.all));
    if (is_closed(scope) && scope->kind != 0) text += "  closed";
    if (node.outlived && node.own.blocks() != 0) absl::StrAppend(&text, "  ", view_.palette.red("outlived"));
    return text;
}

void TextTree::print_node(std::size_t place) {
    const InstanceNode& shown = node(place);
    const std::string guide = guides(shown.depth);
    out_ << guide << title(shown) << '\n';
    const std::vector<Frame> made = made_at(report_, scope_of(report_, shown), 1);
    if (!made.empty()) out_ << guide << "    made at " << frame_text(made.front(), true) << '\n';
    if (report_.blocks) print_blocks(place);
}

void TextTree::print_blocks(std::size_t place) {
    const std::string guide = guides(node(place).depth + 1);
    std::size_t count = 0;
    Tally rest;
    report_.blocks->each(place, [&](const LiveBlock& block) {
        if (view_.rows != 0 && count++ >= view_.rows) return void(rest += Tally{1, block.bytes});
        out_ << guide << human_bytes(block.bytes) << " at 0x" << absl::StrCat(absl::Hex(block.address)) << "  "
             << frame_text(report_.profile.namer().site(block.stack), true) << '\n';
    });
    if (rest.blocks != 0) {
        out_ << guide << "... and " << human_plural(rest.blocks, "more block", "more blocks") << ", "
             << human_bytes(rest.bytes) << '\n';
    }
}

void TextTree::print_rest(std::uint32_t depth, std::uint64_t scopes, const Estimate& live, const char* why) {
    out_ << guides(depth) << "... and " << human_count(scopes) << why << ": " << amount(live) << '\n';
}

// Sums up this node and those that follow it in the same parent. Returns the place behind them.
std::size_t TextTree::skip_siblings(std::size_t place) {
    const InstanceNode& first = node(place);
    const std::size_t count = report_.tree.nodes().size();
    const bool root = first.parent == place;
    Estimate live;
    std::uint64_t scopes = 0;
    const std::size_t end = root ? count : report_.tree.end_of(first.parent);
    for (; place < end; place = report_.tree.end_of(place), ++scopes) live += node(place).all;
    print_rest(first.depth, scopes, live, " more");
    return end;
}

std::size_t TextTree::skip_deeper(std::size_t place) {
    const std::size_t end = report_.tree.end_of(node(place).parent);
    print_rest(node(place).depth, end - place, node(node(place).parent).all, " deeper");
    return end;
}

void TextTree::print() {
    print_headline(out_, report_.profile, view_.palette);
    const std::size_t count = report_.tree.nodes().size();
    for (std::size_t place = 0; place < count;) {
        const std::uint32_t depth = node(place).depth;
        if (depth >= kMaxTextDepth) {
            place = skip_deeper(place);
            continue;
        }
        shown_.resize(depth + 1);
        if (view_.rows != 0 && shown_[depth]++ >= view_.rows) {
            place = skip_siblings(place);
            continue;
        }
        print_node(place++);
    }
    print_losses(out_, report_.profile, view_.palette);
}

// ---- JSON

Json block_json(const TreeReport& report, const LiveBlock& block, std::size_t frames) {
    return {{"address", absl::StrCat("0x", absl::Hex(block.address))},
            {"bytes", block.bytes},
            {"frames", frames_json(report.profile.namer().frames(block.stack, frames))}};
}

void add_scope_json(Json& json, const TreeReport& report, const format::Scope& scope, const ReportView& view) {
    const bool closed = is_closed(&scope);
    json["label"] = label_of(scope);
    json["pool"] = has_flag(&scope, format::kScopePool);
    json["state"] = closed ? "closed" : "open";
    json["thread"] = thread_of(report, scope);
    json["begin_cs"] = scope.begin_cs;
    if (closed) json["end_cs"] = scope.end_cs;
    json["made_at"] = frames_json(made_at(report, &scope, view.frames));
}

Json node_json(const TreeReport& report, std::size_t place, const ReportView& view) {
    const InstanceNode& node = report.tree.nodes()[place];
    const format::Scope* scope = scope_of(report, node);
    const bool sampled = report.profile.sample_bytes() != 0;
    Json json{{"id", place},
              {"parent", node.parent == place ? Json() : Json(node.parent)},
              {"depth", node.depth},
              {"kind", scope ? report.profile.kind_name(scope->kind) : ""},
              {"name", node_name(report, node)},
              {"live_blocks", node.own.blocks()},
              {"live_bytes", node.own.bytes()},
              {"all_blocks", node.all.blocks()},
              {"all_bytes", node.all.bytes()},
              {"outlived", node.outlived}};
    add_error_json(json, node.own, sampled);
    add_error_json(json, node.all, sampled, "all_");
    if (scope) add_scope_json(json, report, *scope, view);
    return json;
}

// ---- cjdns

// The root stands at the margin, what is in it two columns further in, and only then come guides.
std::string cjdns_guides(std::uint32_t depth) { return depth == 0 ? "" : absl::StrCat("  ", guides(depth - 1)); }

std::string cjdns_place(const Frame& site) {
    if (site.line > 0) return absl::StrCat(escape_text(display_name(site.file)), ":", site.line);
    return escape_text(site.function.empty() ? absl::StrCat("0x", absl::Hex(site.offset)) : site.function);
}

void print_cjdns_allocator(std::ostream& out, const TreeReport& report, const InstanceNode& node) {
    const format::Scope* scope = scope_of(report, node);
    const bool freeing = is_closed(scope) || (scope && label_of(*scope) == "freeing");
    out << cjdns_guides(node.depth) << escape_text(node_name(report, node)) << " [" << node.own.bytes() << "] bytes"
        << (freeing ? " (freeing)" : "") << '\n';
}

void print_cjdns_blocks(std::ostream& out, const TreeReport& report, std::size_t place) {
    const std::string guide = cjdns_guides(report.tree.nodes()[place].depth + 1);
    report.blocks->each(place, [&](const LiveBlock& block) {
        out << guide << cjdns_place(report.profile.namer().site(block.stack)) << " [" << block.bytes << "] bytes at [0x"
            << absl::StrCat(absl::Hex(block.address)) << "]\n";
    });
}

}  // namespace

void print_tree_text(std::ostream& out, const TreeReport& report, const ReportView& view) {
    TextTree(out, report, view).print();
}

void print_tree_json(std::ostream& out, const TreeReport& report, const ReportView& view) {
    JsonStream json(out);
    json.member("trace", trace_json(report.profile));
    json.member("totals", totals_json(report.profile.totals()));
    json.member("loss", loss_json(report.profile.loss()));
    json.begin_array("nodes");
    const std::size_t count = report.tree.nodes().size();
    for (std::size_t i = 0; i < count; ++i) json.element(node_json(report, i, view));
    json.end_array();
    if (report.blocks) {
        json.begin_array("blocks");
        for (std::size_t i = 0; i < count; ++i) {
            report.blocks->each(i, [&](const LiveBlock& block) {
                Json element = block_json(report, block, view.frames);
                element["node"] = i;
                json.element(element);
            });
        }
        json.end_array();
    }
    json.finish();
}

void print_tree_cjdns(std::ostream& out, const TreeReport& report) {
    for (std::size_t i = 0; i < report.tree.nodes().size(); ++i) {
        print_cjdns_allocator(out, report, report.tree.nodes()[i]);
        if (report.blocks) print_cjdns_blocks(out, report, i);
    }
    out << "totalBytes [" << report.profile.totals().live.bytes() << "] remaining [0]\n";
}

}  // namespace dregs
