// See umdh_report.h.
#include "analyzer/output/umdh_report.h"

#include <absl/container/flat_hash_set.h>
#include <absl/strings/str_format.h>

#include "analyzer/analysis/fingerprint.h"
#include "analyzer/output/escape.h"
#include "analyzer/output/estimate_text.h"

namespace dregs {
namespace {

class UmdhWriter {
  public:
    UmdhWriter(std::ostream& out, bool decimal) : out_(out), decimal_(decimal) {}

    void entry(const std::string& stack_key, const Tally& before, const Tally& now, const std::vector<Frame>& frames);
    void total(const Tally& before, const Tally& now);

  private:
    std::string number(std::uint64_t value) const {
        return decimal_ ? absl::StrFormat("%d", value) : absl::StrFormat("%X", value);
    }
    std::string delta(std::uint64_t before, std::uint64_t now) const;
    std::string identifier(const std::string& stack_key);
    void frame(const Frame& frame);

    std::ostream& out_;
    bool decimal_;
    absl::flat_hash_set<std::uint32_t> taken_;
};

// Eight hexadecimal digits, the same for the same stack in every run; should two stacks meet, the later moves on.
std::string UmdhWriter::identifier(const std::string& stack_key) {
    Fingerprint print;
    print.add(stack_key);
    auto id = static_cast<std::uint32_t>(print.value() >> 32);
    while (!taken_.insert(id).second) ++id;
    return absl::StrFormat("BackTrace%08X", id);
}

// "+  131072 ( 262144 - 131072)": sign, change, then now and before.
std::string UmdhWriter::delta(std::uint64_t before, std::uint64_t now) const {
    const bool less = now < before;
    return absl::StrFormat("%c %7s ( %6s - %6s)", less ? '-' : '+', number(less ? before - now : now - before),
                           number(now), number(before));
}

void UmdhWriter::frame(const Frame& frame) {
    const std::string module = escape_text(frame.module.empty() ? "unknown" : display_name(frame.module));
    out_ << '\t' << module << '!';
    if (frame.function.empty()) {
        out_ << absl::StrFormat("+%08X", frame.offset);
    } else {
        out_ << escape_text(frame.function) << absl::StrFormat("+%08X", frame.function_offset);
    }
    if (frame.line > 0) out_ << " (" << escape_text(display_name(frame.file)) << ", " << frame.line << ')';
    out_ << '\n';
}

void UmdhWriter::entry(const std::string& stack_key, const Tally& before, const Tally& now,
                       const std::vector<Frame>& frames) {
    const std::string id = identifier(stack_key);
    out_ << delta(before.bytes, now.bytes) << absl::StrFormat(" %6s allocs\t", number(now.blocks)) << id << '\n'
         << delta(before.blocks, now.blocks) << '\t' << id << "\tallocations\n\n";
    for (const Frame& each : frames) frame(each);
    out_ << '\n';
}

// No heap of dregs' has an overhead of its own to tell: only what was requested is known.
void UmdhWriter::total(const Tally& before, const Tally& now) {
    const bool less = now.bytes < before.bytes;
    const std::string change = (less ? "-" : "") + number(less ? before.bytes - now.bytes : now.bytes - before.bytes);
    out_ << "\nTotal increase == " << absl::StrFormat("%6s requested + %6s overhead = %6s", change, number(0), change)
         << '\n';
}

// UMDH has no place for errors: a comment, as it writes them, says what the numbers are.
void print_sampling(std::ostream& out, const std::vector<Profile*>& profiles) {
    for (const std::uint32_t sample_bytes : sampling_rates(profiles)) {
        out << "// " << sampling_text(sample_bytes) << '\n';
    }
}

}  // namespace

void print_top_umdh(std::ostream& out, Profile& profile, const std::vector<Row>& rows, const ReportView& view) {
    UmdhWriter writer(out, view.decimal);
    Estimate total;
    for (const Row& row : rows) total += row.live;
    print_sampling(out, {&profile});
    for (std::size_t i = 0; i < view.shown(rows.size()); ++i) {
        writer.entry(rows[i].key, {}, rows[i].live.rounded(), profile.namer().whole_stack(rows[i].top_stack));
    }
    writer.total({}, total.rounded());
}

void print_diff_umdh(std::ostream& out, const std::vector<Profile*>& profiles, const Diff& diff,
                     const ReportView& view) {
    UmdhWriter writer(out, view.decimal);
    print_sampling(out, profiles);
    for (std::size_t i = 0; i < view.shown(diff.rows.size()); ++i) {
        const DiffRow& row = diff.rows[i];
        writer.entry(row.row.key, row.oldest().rounded(), row.newest().rounded(),
                     profiles[row.shown_from]->namer().whole_stack(row.row.top_stack));
    }
    writer.total(diff.totals.front().rounded(), diff.totals.back().rounded());
}

}  // namespace dregs
