// See folded.h.
#include "analyzer/export/folded.h"

#include <absl/container/flat_hash_map.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>

#include <algorithm>

#include "analyzer/analysis/rounded_parts.h"
#include "analyzer/export/frame_label.h"
#include "analyzer/export/stack_walk.h"

namespace dregs {
namespace {

bool reads_as_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string folded_label(const Frame& frame) { return absl::StrReplaceAll(frame_label(frame), {{";", "\\x3b"}}); }

// Before the numbers of a line stands the innermost frame.
std::string last_label(std::string label) {
    const std::size_t space = label.rfind(' ');
    const bool misread = space != std::string::npos && reads_as_number(std::string_view(label).substr(space + 1));
    if (misread) label.replace(space, 1, "\\x20");
    return label;
}

class FoldedLines {
  public:
    explicit FoldedLines(std::ostream& out) : out_(out), labels_(folded_label) {}

    void stack(absl::Span<const Frame* const> frames) {
        for (std::size_t i = frames.size(); i-- > 1;) out_ << labels_.of(*frames[i]) << ';';
        out_ << last_label(labels_.of(*frames.front())) << ' ';
    }

  private:
    std::ostream& out_;
    FrameLabels labels_;
};

// The same for the same stack in the same scope and thread in every trace.
std::string key_of(Profile& profile, const WalkedStack& walked) {
    std::string key = profile.namer().stack_key(walked.stack);
    for (const Frame* root : walked.roots) absl::StrAppend(&key, "\n", root->function);
    return key;
}

// What every stack held, until it is found again in the other trace.
class Before {
  public:
    Before(Profile& profile, const ExportOptions& options, Measure measure)
        : profile_(profile), walk_(profile, options), measure_(measure) {
        walk_.each([&](const WalkedStack& walked) { held_[key_of(profile_, walked)] += value_of(walked); });
    }

    std::uint64_t take(const std::string& key) {
        const auto found = held_.find(key);
        if (found == held_.end()) return 0;
        const std::uint64_t value = found->second;
        held_.erase(found);
        return value;
    }
    void write_rest(std::ostream& out, FoldedLines& lines) {
        walk_.each([&](const WalkedStack& walked) {
            const std::uint64_t value = take(key_of(profile_, walked));
            if (value == 0) return;
            lines.stack(walked.frames);
            out << value << " 0\n";
        });
    }

  private:
    std::uint64_t value_of(const WalkedStack& walked) { return measured(rounded_.next(walked.live), measure_); }

    Profile& profile_;
    StackWalk walk_;
    Measure measure_;
    RoundedParts rounded_;
    absl::flat_hash_map<std::string, std::uint64_t> held_;
};

}  // namespace

void write_folded(std::ostream& out, Profile& profile, const ExportOptions& options) {
    const Measure measure = options.measure.value_or(Measure::kBlocks);
    FoldedLines lines(out);
    RoundedParts rounded;
    StackWalk(profile, options).each([&](const WalkedStack& walked) {
        lines.stack(walked.frames);
        out << measured(rounded.next(walked.live), measure) << '\n';
    });
}

void write_folded_change(std::ostream& out, Profile& before, Profile& now, const ExportOptions& options) {
    const Measure measure = options.measure.value_or(Measure::kBlocks);
    Before held(before, options, measure);
    FoldedLines lines(out);
    RoundedParts rounded;
    StackWalk walk(now, options);  // its frames stay as long as `lines` knows them
    walk.each([&](const WalkedStack& walked) {
        lines.stack(walked.frames);
        out << held.take(key_of(now, walked)) << ' ' << measured(rounded.next(walked.live), measure) << '\n';
    });
    held.write_rest(out, lines);
}

}  // namespace dregs
