// Everything that a page shows, as one JSON text: made from one trace, or from several in the order of their time.
//
// Owns what the page is told; README.md has its form. A trace is folded in and can be dropped before the next is
// loaded, so memory follows distinct stacks and sites. Used by the command `report`; page_file.h puts it into a page.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analyzer/analysis/timeline.h"
#include "analyzer/analysis/trend_table.h"
#include "analyzer/output/json_stream.h"
#include "analyzer/report/live_cells.h"
#include "analyzer/report/source_excerpts.h"

namespace dregs {

struct ReportContent {
    bool sources = true;  // excerpts of source files that are at hand
    std::string version;  // of dregs
};

class ReportDocument {
  public:
    // `traces` are to come.
    ReportDocument(ReportContent content, bool timed, std::size_t traces);

    // In order of time; the newest is the one that the page is about.
    void add(Profile& profile, const Symbolizer& symbolizer, const Progress& progress = {});
    // After the last.
    std::string finish();

  private:
    void add_moment(const Profile& profile);
    void add_newest(Profile& profile, ProfileStacks& stacks, const Progress& progress);
    void rank_sites(const std::vector<Row>& rows);
    void add_sites(Profile& profile, ProfileStacks& stacks, const std::vector<Row>& rows);
    Json sources_json();

    ReportContent content_;
    std::size_t traces_;
    std::size_t added_ = 0;
    TrendTable trends_;
    FramePool frames_;
    StackTree tree_;
    CellNames names_;
    std::vector<ReportCell> newest_;
    std::vector<ReportCell> oldest_;
    std::vector<std::vector<Estimate>> by_kind_;  // [trace][kind]
    Json traces_json_ = Json::array();
    Json small_ = Json::object();  // what is no long table
    std::string sites_;
    std::vector<std::uint32_t> shown_frames_;  // whose source is worth a look, the first first
};

}  // namespace dregs
