// See trend_shape.h.
#include "analyzer/analysis/trend_shape.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace dregs {
namespace {

double rate_between(const TrendPoint& a, const TrendPoint& b) {
    return b.at > a.at ? (b.value - a.value) / (b.at - a.at) : 0;
}

double median_of_three(double a, double b, double c) { return std::max(std::min(a, b), std::min(std::max(a, b), c)); }

// Of an end point, its neighbour, and where the line through the next two meets the end's moment.
double smooth_end(const TrendPoint& end, const TrendPoint& next, const TrendPoint& third) {
    const double apart = third.at - next.at;
    const double slope = apart != 0 ? (third.value - next.value) / apart : 0;
    return median_of_three(end.value, next.value, next.value + slope * (end.at - next.at));
}

TrendPoint median_point(absl::Span<const TrendPoint> group) {
    std::vector<double> moments, values, variances;
    for (const TrendPoint& point : group) {
        moments.push_back(point.at);
        values.push_back(point.value);
        variances.push_back(point.variance);
    }
    return {median(std::move(moments)), median(std::move(values)), median(std::move(variances))};
}

// Of the statistic, were the values in random order. Values that are equal take their share out of it.
double rank_variance(const TrendPoints& points) {
    const auto share = [](double n) { return n * (n - 1) * (2 * n + 5) / 18; };
    std::map<double, double> counts;
    for (const TrendPoint& point : points) ++counts[point.value];
    double variance = share(static_cast<double>(points.size()));
    for (const auto& [value, count] : counts) variance -= share(count);
    return variance;
}

}  // namespace

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 != 0) return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

TrendPoints thin_out(absl::Span<const TrendPoint> points, std::size_t most) {
    if (points.size() <= most) return {points.begin(), points.end()};
    TrendPoints thinned;
    for (std::size_t i = 0; i < most; ++i) {
        const std::size_t begin = i * points.size() / most;
        thinned.push_back(median_point(points.subspan(begin, (i + 1) * points.size() / most - begin)));
    }
    return thinned;
}

TrendPoints smooth(const TrendPoints& points) {
    constexpr std::size_t kFewest = 5;
    TrendPoints smoothed = points;
    const std::size_t last = points.size() - 1;
    if (points.size() < kFewest) return smoothed;
    for (std::size_t i = 1; i < last; ++i) {
        smoothed[i].value = median_of_three(points[i - 1].value, points[i].value, points[i + 1].value);
    }
    smoothed[0].value = smooth_end(points[0], smoothed[1], smoothed[2]);
    smoothed[last].value = smooth_end(points[last], smoothed[last - 1], smoothed[last - 2]);
    return smoothed;
}

TrendPoint interpolate(const TrendPoints& points, double at) {
    const auto after = std::find_if(points.begin(), points.end(), [at](const TrendPoint& p) { return p.at >= at; });
    if (after == points.begin()) return points.front();
    if (after == points.end()) return points.back();
    const TrendPoint& before = *(after - 1);
    const double part = (at - before.at) / (after->at - before.at);
    return {at, before.value + (after->value - before.value) * part,
            before.variance + (after->variance - before.variance) * part};
}

TrendLine fit_line(const TrendPoints& points) {
    std::vector<double> slopes, offsets;
    for (std::size_t i = 0; i < points.size(); ++i) {
        for (std::size_t j = i + 1; j < points.size(); ++j) {
            if (points[j].at > points[i].at) slopes.push_back(rate_between(points[i], points[j]));
        }
    }
    TrendLine line;
    line.slope = median(std::move(slopes));
    for (const TrendPoint& point : points) offsets.push_back(point.value - line.slope * point.at);
    line.offset = median(std::move(offsets));
    return line;
}

double rank_trend(const TrendPoints& points) {
    double rises = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        for (std::size_t j = i + 1; j < points.size(); ++j) {
            rises += points[j].value > points[i].value;
            rises -= points[j].value < points[i].value;
        }
    }
    const double variance = rank_variance(points);
    if (rises == 0 || variance <= 0) return 0;
    return (rises > 0 ? rises - 1 : rises + 1) / std::sqrt(variance);
}

double deepest_fall(const TrendPoints& points) {
    double peak = points.front().value;
    double deepest = 0;
    for (const TrendPoint& point : points) {
        peak = std::max(peak, point.value);
        deepest = std::max(deepest, peak - point.value);
    }
    return deepest;
}

TrendPoints without_largest_step(const TrendPoints& points, bool& changed) {
    std::size_t step = 1;
    for (std::size_t i = 2; i < points.size(); ++i) {
        const bool larger = points[i].value - points[i - 1].value > points[step].value - points[step - 1].value;
        if (larger) step = i;
    }
    std::vector<double> others;
    for (std::size_t i = 1; i < points.size(); ++i) {
        if (i != step) others.push_back(rate_between(points[i - 1], points[i]));
    }
    const double usual = median(std::move(others)) * (points[step].at - points[step - 1].at);
    const double excess = points[step].value - points[step - 1].value - usual;
    TrendPoints rest = points;
    changed = excess > 0;
    for (std::size_t i = step; changed && i < rest.size(); ++i) rest[i].value -= excess;
    return rest;
}

}  // namespace dregs
