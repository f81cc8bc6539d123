// What is wrong, in plain sentences: what a reader of a report wants to know first.
//
// Owns the choice and the words. Says only what the trace shows: where nothing tells a leak from what is in use, it
// says that, and what to record. Texts are not escaped. Pure.
#pragma once

#include <string>
#include <vector>

#include "analyzer/analysis/ledger.h"
#include "analyzer/analysis/ranking.h"
#include "analyzer/analysis/scope_report.h"
#include "analyzer/analysis/trend_table.h"

namespace dregs {

enum class Tone { kBad, kWatch, kGood };

struct Finding {
    Tone tone;
    std::string text;
    std::string site;  // key as in Row; "": of no site
};

struct FindingSources {
    Profile& profile;  // the newest
    const std::vector<Row>& rows;
    const ScopeReport& scopes;
    const Trends* trends;  // null: there is one moment only
    const Ledger* ledger;  // null: not recorded
};

// The worst first; never empty.
std::vector<Finding> find_what_is_wrong(const FindingSources& sources);

}  // namespace dregs
