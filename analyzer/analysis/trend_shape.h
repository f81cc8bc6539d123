// Robust pieces that a trend is judged by: medians, slopes, ranks. Each does one thing to a series of points.
//
// All take points in rising order of time and do without assumptions on the distribution of noise. Pure. Called by
// trend.cpp.
#pragma once

#include <vector>

#include "analyzer/analysis/trend.h"

namespace dregs {

using TrendPoints = std::vector<TrendPoint>;

double median(std::vector<double> values);

// At most `most` points: medians of groups of neighbours where there are more.
TrendPoints thin_out(absl::Span<const TrendPoint> points, std::size_t most);

// Running medians of three: a single moment that stands out is gone, what goes up and down in one direction is not.
TrendPoints smooth(const TrendPoints& points);

// The value at a moment between two points.
TrendPoint interpolate(const TrendPoints& points, double at);

// Theil and Sen's line: its slope is the median of the slopes of all pairs.
struct TrendLine {
    double slope = 0;
    double offset = 0;
    double at(double moment) const { return offset + slope * moment; }
};
TrendLine fit_line(const TrendPoints& points);

// Mann and Kendall's statistic: how many pairs rise less how many fall, in standard deviations of what chance does.
double rank_trend(const TrendPoints& points);

// What falls furthest from any point to a later one.
double deepest_fall(const TrendPoints& points);

// The largest rise between two neighbours replaced by what the other rises' median is: growth in a single step is gone.
// `changed` says whether there was one.
TrendPoints without_largest_step(const TrendPoints& points, bool& changed);

}  // namespace dregs
