// See trend_text.h.
#include "analyzer/output/trend_text.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>

#include "analyzer/analysis/trend_shape.h"
#include "analyzer/output/human.h"

namespace dregs {
namespace {

constexpr std::size_t kMostBars = 16;
constexpr const char* kBars[] = {"\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"};
constexpr double kHighestBar = 7;
constexpr double kMinute = 60;
constexpr double kHour = 3600;

const char* bar(double value, double least, double most) {
    const double height = most > least ? (value - least) / (most - least) * kHighestBar : 0;
    return kBars[static_cast<std::size_t>(std::clamp(std::round(height), 0.0, kHighestBar))];
}

}  // namespace

const char* course_word(Course course) {
    switch (course) {
        case Course::kGrows:
            return "grows";
        case Course::kUnclear:
            return "unclear";
        case Course::kLevelsOff:
            return "levels off";
        case Course::kSwings:
            return "swings";
        case Course::kSteady:
            return "steady";
        case Course::kShrinks:
            return "shrinks";
    }
    return "";
}

RateUnit rate_unit(const Trends& trends) {
    if (!trends.timed) return {"trace", 1};
    if (trends.span() < 2 * kMinute) return {"s", 1};
    return trends.span() < 2 * kHour ? RateUnit{"min", kMinute} : RateUnit{"h", kHour};
}

std::string rate_text(double rate, const RateUnit& unit) {
    const double value = rate * unit.length;
    if (std::abs(value) < 0.05) return "0";
    if (std::abs(value) < 10) return absl::StrFormat("%+.1f", value);
    constexpr double kMost = 9e18;
    return human_delta(static_cast<std::int64_t>(std::llround(std::clamp(value, -kMost, kMost))));
}

std::string bars_text(const std::vector<double>& at, const std::vector<Estimate>& series) {
    TrendPoints points, shown;
    for (std::size_t i = 0; i < series.size(); ++i) points.push_back({at[i], static_cast<double>(series[i].blocks())});
    const std::size_t bars = std::min(kMostBars, points.size());
    for (std::size_t i = 0; i < bars; ++i) {
        const double part = static_cast<double>(i) / static_cast<double>(std::max<std::size_t>(1, bars - 1));
        shown.push_back(interpolate(points, at.front() + (at.back() - at.front()) * part));
    }
    const auto by_value = [](const TrendPoint& a, const TrendPoint& b) { return a.value < b.value; };
    const auto [least, most] = std::minmax_element(shown.begin(), shown.end(), by_value);
    std::string text;
    for (const TrendPoint& point : shown) text += bar(point.value, least->value, most->value);
    return text;
}

}  // namespace dregs
