// See sample.h.
#include "analyzer/live/sample.h"

#include "analyzer/analysis/ranking.h"
#include "analyzer/analysis/scope_report.h"
#include "analyzer/output/escape.h"
#include "analyzer/output/frame_text.h"
#include "analyzer/output/trace_text.h"

namespace dregs {
namespace {

std::vector<LiveRow> rows_of(Profile& profile) {
    std::vector<LiveRow> rows;
    std::vector<Frame> sites;
    for (const Row& row : rank_blocks(profile, RankOptions{})) {
        sites.push_back(profile.namer().site(row.top_stack));
        rows.push_back({row.key, "", short_frame_text(sites.back()), escape_text(row.scope), row.live.blocks(),
                        row.live.bytes(), row.outlived.blocks(), row.top_stack});
    }
    std::vector<std::string> texts = site_texts(sites);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].text = std::move(texts[i]);
    return rows;
}

std::vector<LiveKind> kinds_of(Profile& profile) {
    std::vector<LiveKind> kinds;
    for (const KindReport& kind : report_scopes(profile).kinds) {
        const std::string name = escape_text(kind.name) + (kind.pool ? " [pool]" : "");
        kinds.push_back({name, std::string(2 * kind.depth, ' ') + name, kind.entered, kind.open,
                         kind.survivors.blocks(), kind.live.blocks()});
    }
    return kinds;
}

}  // namespace

LiveSample take_sample(Profile& profile, double seconds) {
    LiveSample sample;
    const Totals& totals = profile.totals();
    sample.seconds = seconds;
    sample.title = trace_title(profile);
    sample.lost = loss_lines(profile).front();
    sample.running = profile.status().running();
    sample.sampled = profile.sample_bytes() != 0;
    sample.blocks = totals.live.blocks();
    sample.bytes = totals.live.bytes();
    sample.alloc_calls = totals.alloc_calls;
    sample.free_calls = totals.free_calls;
    sample.rows = rows_of(profile);
    sample.kinds = kinds_of(profile);
    return sample;
}

std::vector<std::string> stack_lines(Profile& profile, const LiveRow& row) {
    std::vector<std::string> lines;
    for (const Frame& frame : profile.namer().frames(row.top_stack, 0)) lines.push_back(frame_text(frame, true));
    return lines;
}

}  // namespace dregs
