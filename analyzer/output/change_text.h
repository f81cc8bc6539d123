// What changed, in words and numbers: what the diff of two traces and the trends of many have in common.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "analyzer/analysis/diff.h"
#include "analyzer/output/json_stream.h"

namespace dregs {

struct ChangeTotals {
    Estimate before;
    Estimate now;
    std::size_t new_rows = 0;
    std::size_t gone_rows = 0;
};

const char* change_word(Change change);
// "12 > 40"
std::string old_and_new_text(const DiffRow& row);

// A row without its frames. Where `sampled`, errors stand beside the numbers.
Json change_json(const DiffRow& row, bool sampled);
Json series_json(const std::vector<Estimate>& series, bool sampled);

void print_change_totals(std::ostream& out, const ChangeTotals& totals, bool sampled);
Json change_totals_json(const ChangeTotals& totals, bool sampled);

}  // namespace dregs
