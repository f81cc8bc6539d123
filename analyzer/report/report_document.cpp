// See report_document.h. add -> add_moment, sum_cells; of the newest add_newest; then finish writes the tables.
#include "analyzer/report/report_document.h"

#include <algorithm>
#include <ctime>
#include <optional>

#include "analyzer/output/human.h"
#include "analyzer/output/trace_text.h"
#include "analyzer/report/findings.h"
#include "analyzer/report/json_columns.h"
#include "analyzer/report/report_sections.h"

namespace dregs {
namespace {

constexpr std::size_t kFewestMoments = 3;      // that tell a trend
constexpr std::size_t kSitesWithSource = 100;  // of the ranking, the first
constexpr std::size_t kFramesWithSource = 4;   // of each

std::string dump(const Json& value) { return value.dump(-1, ' ', true, Json::error_handler_t::replace); }

double exact(std::uint64_t recorded, double beside) { return static_cast<double>(recorded) + beside; }

// An exact trace's numbers are integers; a sampled one's are not rounded here, so that sums of them are right.
std::string cells_text(const std::vector<ReportCell>& cells, bool sampled) {
    std::string text = "{";
    append_column(text, "leaf", cells, [](const ReportCell& cell) { return cell.leaf; });
    append_column(text, "site", cells, [](const ReportCell& cell) { return cell.site; });
    append_column(text, "kind", cells, [](const ReportCell& cell) { return cell.kind; });
    append_column(text, "thread", cells, [](const ReportCell& cell) { return cell.thread; });
    append_column(text, "outlived", cells, [](const ReportCell& cell) { return int{cell.outlived}; });
    if (!sampled) {
        append_column(text, "blocks", cells, [](const ReportCell& cell) { return cell.live.blocks(); });
        append_column(text, "bytes", cells, [](const ReportCell& cell) { return cell.live.bytes(); });
        return text + "}";
    }
    append_column(text, "blocks", cells, [](const ReportCell& cell) {
        return exact(cell.live.recorded().blocks, cell.live.unsampled().blocks);
    });
    append_column(text, "bytes", cells, [](const ReportCell& cell) {
        return exact(cell.live.recorded().bytes, cell.live.unsampled().bytes);
    });
    append_column(text, "blocks_variance", cells, [](const ReportCell& cell) { return cell.live.blocks_variance(); });
    append_column(text, "bytes_variance", cells, [](const ReportCell& cell) { return cell.live.bytes_variance(); });
    return text + "}";
}

std::string frames_text(const FramePool& pool) {
    std::string text = "{";
    const std::vector<PooledFrame>& frames = pool.frames();
    append_column(text, "function", frames, [](const PooledFrame& frame) { return frame.function; });
    append_column(text, "file", frames, [](const PooledFrame& frame) { return frame.file; });
    append_column(text, "module", frames, [](const PooledFrame& frame) { return frame.module; });
    append_column(text, "line", frames, [](const PooledFrame& frame) { return frame.line; });
    append_column(text, "column", frames, [](const PooledFrame& frame) { return frame.column; });
    append_column(text, "offset", frames, [](const PooledFrame& frame) { return frame.offset; });
    append_column(text, "flags", frames, [](const PooledFrame& frame) { return int{frame.flags}; });
    return text + "}";
}

// A parent is told by how far before its child it stands: small numbers pack well.
std::string tree_text(const StackTree& tree) {
    std::string text = "{";
    const StackTree::Node* first = tree.nodes().data();
    append_column(text, "up", tree.nodes(),
                  [&](const StackTree::Node& node) { return static_cast<std::uint64_t>(&node - first) - node.parent; });
    append_column(text, "frame", tree.nodes(), [](const StackTree::Node& node) { return node.frame; });
    return text + "}";
}

std::string texts_text(const FramePool& pool) {
    std::string text = "[";
    for (const std::string_view each : pool.texts()) {
        if (text.size() > 1) text += ',';
        text += dump(Json(std::string(each)));
    }
    return text + "]";
}

Json finding_json(const Finding& finding, NameList& sites) {
    static constexpr const char* kTones[] = {"bad", "watch", "good"};
    Json json{{"tone", kTones[static_cast<std::size_t>(finding.tone)]}, {"text", finding.text}};
    if (!finding.site.empty()) json["site"] = sites.add(finding.site);
    return json;
}

DiffOptions trend_options() { return {RankOptions{}, false}; }

}  // namespace

ReportDocument::ReportDocument(ReportContent content, bool timed, std::size_t traces)
    : content_(std::move(content)), traces_(traces), trends_(trend_options(), timed, traces, kSectionFrames + 1) {}

void ReportDocument::add_moment(const Profile& profile) {
    Json json = trace_json(profile);
    json["title"] = trace_title(profile);
    json["sample_bytes"] = profile.sample_bytes();
    json["ledger"] = profile.trace().header().ledger != 0;
    json["totals"] = totals_json(profile.totals());
    json["loss"] = loss_json(profile.loss());
    json["losses"] = loss_lines(profile);
    json["moment_ms"] = moment_of(profile) / 1'000'000;
    traces_json_.push_back(std::move(json));
}

void ReportDocument::add(Profile& profile, const Symbolizer& symbolizer, const Progress& progress) {
    const bool newest = ++added_ == traces_;
    add_moment(profile);
    if (traces_ > 1) {
        trends_.add(profile);
        by_kind_.push_back(live_by_kind(profile, names_.kinds));
    }
    ProfileStacks stacks(profile, frames_, tree_);
    if (added_ == 1 && !newest) oldest_ = sum_cells(profile, stacks, names_, progress);
    if (!newest) return;
    add_newest(profile, stacks, progress);
    small_["warnings"] = symbolizer.warnings();
}

void ReportDocument::add_newest(Profile& profile, ProfileStacks& stacks, const Progress& progress) {
    const std::vector<Row> rows = rank_blocks(profile, {}, progress);
    rank_sites(rows);
    newest_ = sum_cells(profile, stacks, names_);
    const ScopeReport scopes = report_scopes(profile);
    std::optional<Trends> trends;
    std::optional<Ledger> ledger;
    if (traces_ > 1) trends = trends_.finish();
    if (profile.trace().header().ledger != 0) ledger = make_ledger(profile, {});
    const FindingSources sources{profile, rows, scopes, trends ? &*trends : nullptr, ledger ? &*ledger : nullptr};
    SectionMaker sections{profile, stacks, frames_, names_};
    small_["findings"] = Json::array();
    for (const Finding& finding : find_what_is_wrong(sources)) {
        small_["findings"].push_back(finding_json(finding, names_.sites));
    }
    small_["scopes"] = sections.scopes_json(scopes);
    small_["growth"] = trends ? sections.growth_json(*trends, by_kind_, traces_ >= kFewestMoments) : Json(nullptr);
    small_["ledger"] = ledger ? sections.ledger_json(*ledger) : Json(nullptr);
    add_sites(profile, stacks, rows);
}

// The ranking's are the first, in its order; those that only older traces have come behind.
void ReportDocument::rank_sites(const std::vector<Row>& rows) {
    NameList sites;
    for (const Row& row : rows) sites.add(row.key);
    std::vector<std::uint32_t> places;
    for (const std::string& key : names_.sites.names()) places.push_back(sites.add(key));
    for (ReportCell& cell : oldest_) cell.site = places[cell.site];
    names_.sites = std::move(sites);
}

void ReportDocument::add_sites(Profile& profile, ProfileStacks& stacks, const std::vector<Row>& rows) {
    sites_ = "{";
    append_column(sites_, "leaf", rows, [&](const Row& row) { return stacks.leaf(row.top_stack); });
    append_column(sites_, "stacks", rows, [](const Row& row) { return row.stacks; });
    append_column(sites_, "oldest_cs", rows, [](const Row& row) { return row.oldest_cs; });
    append_column(sites_, "newest_cs", rows, [](const Row& row) { return row.newest_cs; });
    Json labels = Json::object();
    Json cuts = Json::object();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!rows[i].labels.empty()) labels[std::to_string(i)] = rows[i].labels;
        const std::string cut = profile.namer().cut_reason(rows[i].top_stack);
        if (!cut.empty()) cuts[std::to_string(i)] = cut;
        if (i >= kSitesWithSource) continue;
        const std::vector<std::uint32_t> frames = stacks.frames(rows[i].top_stack, kFramesWithSource);
        shown_frames_.insert(shown_frames_.end(), frames.begin(), frames.end());
    }
    sites_ += ",\"labels\":" + dump(labels) + ",\"cuts\":" + dump(cuts) + "}";
}

// By frame. What an import or a trace names by itself, without a module's debug information, is not looked up.
Json ReportDocument::sources_json() {
    Json json = Json::object();
    SourceExcerpts excerpts;
    for (const std::uint32_t number : shown_frames_) {
        const std::string key = std::to_string(number);
        const PooledFrame& frame = frames_.frames()[number];
        const std::string file(frames_.texts()[frame.file]);
        if (frame.offset == 0 || file.empty() || file[0] != '/' || json.contains(key)) continue;
        if (const auto found = excerpts.around(file, frame.line)) {
            json[key] = {{"first", found->first}, {"lines", found->lines}, {"changed_s", found->changed_s}};
        }
    }
    return json;
}

std::string ReportDocument::finish() {
    small_["version"] = content_.version;
    small_["made_s"] = static_cast<std::int64_t>(std::time(nullptr));
    small_["traces"] = std::move(traces_json_);
    small_["kinds"] = names_.kinds.names();
    small_["threads"] = names_.threads.names();
    small_["sources"] = content_.sources ? sources_json() : Json::object();
    const bool sampled = small_["traces"].back()["sample_bytes"] != 0;
    const bool old_sampled = small_["traces"].front()["sample_bytes"] != 0;
    std::string text = dump(small_);
    text.pop_back();
    text.append(",\"texts\":").append(texts_text(frames_));
    text.append(",\"frames\":").append(frames_text(frames_));
    text.append(",\"tree\":").append(tree_text(tree_));
    text.append(",\"sites\":").append(sites_);
    text.append(",\"newest\":").append(cells_text(newest_, sampled));
    text.append(",\"oldest\":").append(traces_ > 1 ? cells_text(oldest_, old_sampled) : "null");
    return text + "}";
}

}  // namespace dregs
