// See massif.h. add -> CallerTreeWriter::write -> children: sorted stacks with a common beginning lie side by side.
#include "analyzer/export/massif.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_replace.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

#include "analyzer/analysis/tally.h"
#include "analyzer/export/frame_label.h"
#include "analyzer/export/numbered_stacks.h"
#include "analyzer/export/trace_remarks.h"
#include "analyzer/output/escape.h"

namespace dregs {
namespace {

constexpr char kRule[] = "#-----------\n";

std::string without_comments(const std::string& text) { return absl::StrReplaceAll(text, {{"#", "\\x23"}}); }

std::string massif_label(const Frame& frame) {
    std::string place;
    if (frame.line > 0) {
        place = absl::StrCat(" (", escape_text(display_name(frame.file)), ":", frame.line, ")");
    } else if (!frame.module.empty()) {
        place = absl::StrCat(" (in ", escape_text(frame.module), ")");
    }
    return without_comments(absl::StrCat("0x", absl::Hex(frame.offset), ": ", frame_label(frame), place));
}

class CallerTreeWriter {
  public:
    CallerTreeWriter(std::ostream& out, const NumberedStacks& stacks, Measure measure, double threshold);
    void write();

  private:
    // Stacks order_[begin, end) agree in their first `depth` frames; the last of those is what the node shows.
    struct Node {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::size_t depth = 0;
        std::uint64_t value = 0;
        std::size_t merged = 0;  // so many small ones: the range means nothing
    };

    std::uint64_t value_of(std::size_t place) const { return measured(stacks_.held(order_[place]), measure_); }
    std::vector<Node> groups(const Node& node) const;
    std::vector<Node> children(const Node& node) const;
    void write_line(const Node& node, std::size_t children);

    std::ostream& out_;
    const NumberedStacks& stacks_;
    Measure measure_;
    double threshold_;
    double least_ = 0;
    std::vector<std::size_t> order_;
    FrameLabels labels_;
};

CallerTreeWriter::CallerTreeWriter(std::ostream& out, const NumberedStacks& stacks, Measure measure, double threshold)
    : out_(out),
      stacks_(stacks),
      measure_(measure),
      threshold_(threshold),
      order_(stacks.size()),
      labels_(massif_label) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
        const auto of_a = stacks_.frames(a), of_b = stacks_.frames(b);
        return std::ranges::lexicographical_compare(of_a, of_b);
    });
}

// One for each frame that comes next. Stacks that end here have none, and come first.
std::vector<CallerTreeWriter::Node> CallerTreeWriter::groups(const Node& node) const {
    std::vector<Node> groups;
    for (std::size_t i = node.begin; i < node.end; ++i) {
        const auto frames = stacks_.frames(order_[i]);
        if (frames.size() == node.depth) continue;
        const bool same =
            !groups.empty() && stacks_.frames(order_[groups.back().begin])[node.depth] == frames[node.depth];
        if (!same) groups.push_back({i, i, node.depth + 1, 0, 0});
        groups.back().end = i + 1;
        groups.back().value = saturating_add(groups.back().value, value_of(i));
    }
    return groups;
}

// Largest first, at last those below the threshold in one.
std::vector<CallerTreeWriter::Node> CallerTreeWriter::children(const Node& node) const {
    std::vector<Node> all = groups(node);
    std::ranges::stable_sort(all, std::greater(), &Node::value);
    const auto small = std::ranges::find_if(all, [&](const Node& n) { return static_cast<double>(n.value) < least_; });
    Node rest{0, 0, node.depth + 1, 0, static_cast<std::size_t>(all.end() - small)};
    for (auto each = small; each != all.end(); ++each) rest.value = saturating_add(rest.value, each->value);
    all.erase(small, all.end());
    if (rest.merged != 0) all.push_back(rest);
    return all;
}

void CallerTreeWriter::write_line(const Node& node, std::size_t children) {
    out_ << std::string(node.depth, ' ') << 'n' << children << ": " << node.value << ' ';
    if (node.merged != 0) {
        out_ << "in " << node.merged << (node.merged == 1 ? " place, " : " places, all ")
             << absl::StrFormat("below massif's threshold (%.2f%%)\n", threshold_);
    } else if (node.depth == 0) {
        out_ << "(heap allocation functions) malloc/new/new[], --alloc-fns, etc.\n";
    } else {
        const std::uint32_t frame = stacks_.frames(order_[node.begin])[node.depth - 1];
        out_ << labels_.of(*stacks_.table().frames()[frame]) << '\n';
    }
}

// Not by recursion: stacks are as deep as a trace says.
void CallerTreeWriter::write() {
    Node root{0, order_.size(), 0, 0, 0};
    for (std::size_t i = 0; i < order_.size(); ++i) root.value = saturating_add(root.value, value_of(i));
    least_ = static_cast<double>(root.value) * threshold_ / 100;
    std::vector<Node> open{root};
    while (!open.empty()) {
        const Node node = open.back();
        open.pop_back();
        const std::vector<Node> below = node.merged != 0 ? std::vector<Node>() : children(node);
        write_line(node, below.size());
        open.insert(open.end(), below.rbegin(), below.rend());
    }
}

std::string command_of(const Trace& trace) {
    std::string command(trace.string(trace.header().command));
    while (!command.empty() && command.back() == '\0') command.pop_back();
    std::ranges::replace(command, '\0', ' ');
    return command.empty() ? std::string(trace.string(trace.header().program)) : command;
}

}  // namespace

MassifWriter::MassifWriter(std::ostream& out, const ExportOptions& options, bool timed)
    : out_(out), options_(options), measure_(options.measure.value_or(Measure::kBytes)), timed_(timed) {}

void MassifWriter::begin(const Profile& profile) {
    for (const std::string& remark : trace_remarks(profile)) out_ << "desc: " << without_comments(remark) << '\n';
    if (measure_ == Measure::kBlocks) out_ << "desc: numbers are blocks, not bytes\n";
    out_ << "cmd: " << without_comments(escape_text(command_of(profile.trace()))) << '\n'
         << "time_unit: " << (timed_ ? "ms" : "i") << '\n';
}

void MassifWriter::add(Profile& profile) {
    constexpr std::uint64_t kMsInCs = 10;
    if (snapshots_ == 0) begin(profile);
    StackWalk walk(profile, options_);
    const NumberedStacks stacks(walk);
    const std::uint64_t time = timed_ ? profile.now_cs() * kMsInCs : snapshots_;
    out_ << kRule << "snapshot=" << snapshots_++ << '\n'
         << kRule << "time=" << time << "\nmem_heap_B=" << measured(walk.stacks().live().rounded(), measure_)
         << "\nmem_heap_extra_B=0\nmem_stacks_B=0\nheap_tree=detailed\n";
    CallerTreeWriter(out_, stacks, measure_, options_.threshold).write();
}

}  // namespace dregs
