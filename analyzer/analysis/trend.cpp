// See trend.h. judge_trend -> measure (halves, rates, noise) -> course_of -> is_rising, goes_on_slowly
#include "analyzer/analysis/trend.h"

#include <algorithm>
#include <cmath>

#include "analyzer/analysis/trend_shape.h"

namespace dregs {
namespace {

constexpr std::size_t kMostPoints = 64;   // pairs are looked at: 2,016 of them
constexpr std::size_t kRankedPoints = 5;  // of fewer, no order is rarer than one in twenty
constexpr double kShown = 2;              // deviations that ranks must be from chance: one in forty
constexpr double kAboveNoise = 2.5;       // deviations that growth must be above noise
constexpr double kFall = 1.0 / 3;         // of the growth, given back once: it comes and goes
constexpr double kSlowed = 1.0 / 2;       // of the early rate: it levels off below
constexpr double kGoesOn = 3.0 / 4;       // of the rate before, within the second half: it goes on at a lower rate
constexpr double kSlack = 1.0 / 4;        // deviations that the late rate may be below for that
constexpr double kSmall = 1.0 / 4;        // of the largest value: what moves no more than that is steady
constexpr double kDeviation = 1.4826;     // of a normal distribution, in median absolute deviations

struct Measures {
    TrendPoints points;
    TrendPoints smoothed;
    double middle = 0;  // of the time
    double half = 0;    // how long half of it is
    double noise = 0;   // standard deviation of a point
    Trend trend;
    double early_variance = 0;  // of the rates
    double late_variance = 0;
};

double squared(double value) { return value * value; }

double spread_of_moments(const TrendPoints& points) {
    double mean = 0, spread = 0;
    for (const TrendPoint& point : points) mean += point.at / static_cast<double>(points.size());
    for (const TrendPoint& point : points) spread += squared(point.at - mean);
    return spread;
}

// Half of the points, to the middle of the time, which both halves end in.
TrendPoints half_of(const TrendPoints& points, double middle, bool late) {
    TrendPoints half;
    if (late) half.push_back(interpolate(points, middle));
    for (const TrendPoint& point : points) {
        if (late ? point.at > middle : point.at < middle) half.push_back(point);
    }
    if (!late) half.push_back(interpolate(points, middle));
    return half;
}

// Two lines take four degrees of freedom; with no more points than that noise cannot be told from shape.
double noise_beside(const TrendPoints& points, double middle, const TrendLine& early, const TrendLine& late) {
    if (points.size() < kRankedPoints) return 0;
    std::vector<double> away;
    for (const TrendPoint& p : points) away.push_back(std::abs(p.value - (p.at < middle ? early : late).at(p.at)));
    const auto count = static_cast<double>(points.size());
    return kDeviation * median(std::move(away)) * std::sqrt(count / (count - 4));
}

// Events come at random: as many as there were, more or less. In a sampled trace each stands for more than itself.
double variance_of_events(double growth, double grain, const TrendPoint& begin, const TrendPoint& end) {
    return std::max(grain * std::max(grain, std::abs(growth)), std::abs(end.variance - begin.variance));
}

Measures measure(TrendPoints points, double grain) {
    Measures m;
    m.points = std::move(points);
    m.smoothed = smooth(m.points);
    const TrendPoint &first = m.smoothed.front(), &last = m.smoothed.back();
    m.middle = (first.at + last.at) / 2;
    m.half = last.at - m.middle;
    const TrendPoints early = half_of(m.smoothed, m.middle, false), late = half_of(m.smoothed, m.middle, true);
    const TrendLine early_line = fit_line(early), late_line = fit_line(late);
    m.noise = noise_beside(m.points, m.middle, early_line, late_line);
    m.trend.late_rate = late_line.slope;
    // From the beginning itself: a line through a half would miss what fills within its first moments.
    m.trend.early_rate = (late_line.at(m.middle) - first.value) / m.half;
    m.trend.growth = late_line.at(last.at) - first.value;
    m.trend.rate = m.trend.growth / (2 * m.half);
    const TrendPoint& centre = early.back();
    m.early_variance = (squared(m.noise) * (1 + 4 / static_cast<double>(late.size())) +
                        variance_of_events(m.trend.early_rate * m.half, grain, first, centre)) /
                       squared(m.half);
    m.late_variance = squared(m.noise) / spread_of_moments(late) +
                      variance_of_events(m.trend.late_rate * m.half, grain, centre, last) / squared(m.half);
    return m;
}

bool rises_each_time(const TrendPoints& points) {
    const auto no_rise = [](const TrendPoint& a, const TrendPoint& b) { return b.value <= a.value; };
    return std::adjacent_find(points.begin(), points.end(), no_rise) == points.end();
}

// Beyond chance and noise, and not in a single step.
bool is_rising(const TrendPoints& points, double noise) {
    if (rises_each_time(points)) return true;
    if (points.size() < kRankedPoints) return false;
    bool changed = false;
    const TrendPoints rest = without_largest_step(smooth(points), changed);
    if (rank_trend(points) < kShown || rank_trend(rest) < kShown) return false;
    const double rise = rest.back().value - rest.front().value;
    return rise >= kAboveNoise * noise * std::sqrt(changed ? 4 : 2);
}

// It is slower than it was, but within the second half it is not: what filled at first, and leaks all the time.
bool goes_on_slowly(const Measures& m) {
    TrendPoints late;
    for (const TrendPoint& point : m.points) {
        if (point.at >= m.middle) late.push_back(point);
    }
    if (late.size() < kRankedPoints - 1 || !is_rising(late, m.noise)) return false;
    const TrendPoints smoothed = smooth(late);
    const double middle = interpolate(smoothed, (late.front().at + late.back().at) / 2).value;
    return smoothed.back().value - middle >= kGoesOn * (middle - smoothed.front().value);
}

Course course_of_rise(const Measures& m) {
    const Trend& t = m.trend;
    const double below = kSlowed * t.early_rate - t.late_rate;
    if (below <= kSlack * std::sqrt(squared(kSlowed) * m.early_variance + m.late_variance)) {
        return t.late_rate > std::sqrt(m.late_variance) ? Course::kGrows : Course::kUnclear;
    }
    return goes_on_slowly(m) ? Course::kGrows : Course::kLevelsOff;
}

Course course_without_rise(const Measures& m, bool given_back) {
    const auto by_value = [](const TrendPoint& a, const TrendPoint& b) { return a.value < b.value; };
    const auto [least, most] = std::minmax_element(m.smoothed.begin(), m.smoothed.end(), by_value);
    const double trend = m.points.size() < kRankedPoints ? 0 : rank_trend(m.points);
    if (trend <= -kShown) return Course::kShrinks;
    if (most->value - least->value <= kSmall * most->value && trend < kShown) return Course::kSteady;
    if (m.trend.growth <= 0 || given_back) return Course::kSwings;
    const bool over = m.trend.late_rate <= std::max(std::sqrt(m.late_variance), m.trend.early_rate / 4);
    return over ? Course::kLevelsOff : Course::kUnclear;
}

Course course_of(const Measures& m) {
    const bool given_back = deepest_fall(m.smoothed) >= kFall * m.trend.growth;
    if (!is_rising(m.points, m.noise)) return course_without_rise(m, given_back);
    return given_back ? Course::kSwings : course_of_rise(m);
}

}  // namespace

Trend judge_trend(absl::Span<const TrendPoint> points, double grain) {
    const bool same = std::all_of(points.begin(), points.end(),
                                  [&](const TrendPoint& point) { return point.value == points.front().value; });
    if (same || !(points.back().at > points.front().at)) return {};
    Measures measures = measure(thin_out(points, kMostPoints), grain);
    measures.trend.course = course_of(measures);
    return measures.trend;
}

}  // namespace dregs
