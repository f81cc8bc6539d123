// The trends of three traces or more, for `dregs diff`, as text and as JSON.
//
// Takes from each trace what is said of it while it is loaded, so that only one is in memory at a time.
#pragma once

#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "analyzer/analysis/trend_table.h"
#include "analyzer/output/json_stream.h"
#include "analyzer/output/report_view.h"

namespace dregs {

class TrendReport {
  public:
    explicit TrendReport(const ReportView& view) : view_(view) {}

    // In order of time.
    void add_trace(const Profile& profile);
    void print_text(std::ostream& out, const Trends& trends) const;
    void print_json(std::ostream& out, const Trends& trends, const Symbolizer& symbolizer) const;

  private:
    bool sampled() const { return !rates_.empty(); }
    void print_titles(std::ostream& out, const Trends& trends) const;
    void print_table(std::ostream& out, const Trends& trends) const;

    ReportView view_;
    std::vector<std::string> titles_;
    std::vector<Json> traces_;
    std::set<std::uint32_t> rates_;  // of sampling
    std::string losses_;             // of the newest
};

}  // namespace dregs
