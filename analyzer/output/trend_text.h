// Trends in words and pictures: the word for a course, a rate with its unit, a line of bars.
#pragma once

#include <string>

#include "analyzer/analysis/trend_table.h"

namespace dregs {

// "grows", "levels off" ...: the same in text and JSON.
const char* course_word(Course course);

// What rates are shown in: the unit that suits how long the traces span.
struct RateUnit {
    const char* name;  // "min", "trace"
    double length;     // of it, in what Trends.at counts in
};
RateUnit rate_unit(const Trends& trends);
// "+12", "-0.3"
std::string rate_text(double rate, const RateUnit& unit);

// Live blocks over time, lowest to highest: "▁▂▄▆█". At most sixteen bars, evenly spaced in time.
std::string bars_text(const std::vector<double>& at, const std::vector<Estimate>& series);

}  // namespace dregs
