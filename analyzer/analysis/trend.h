// Does a number keep growing, or does it level off? The rule that tells a leak from a cache that fills.
//
// Owns the statistics of one series of moments; README.md says what the rule is, why, and where it ends. Knows nothing
// of traces. Pure. Called by trends.cpp, twice a site: for its blocks and for its bytes.
#pragma once

#include <absl/types/span.h>

namespace dregs {

enum class Course {
    kGrows,      // and has not begun to level off
    kUnclear,    // more now than before, but the moments are too few or too noisy to tell how it goes on
    kLevelsOff,  // grew, and does so much more slowly or not at all any more
    kSwings,     // comes and goes
    kSteady,
    kShrinks,
};

struct TrendPoint {
    double at;            // seconds, or any other measure that rises from point to point
    double value;         // what is live
    double variance = 0;  // of `value`, where it is an estimate
};

struct Trend {
    Course course = Course::kSteady;
    double growth = 0;      // from the first moment to the last, without what noise alone adds
    double rate = 0;        // growth for each unit of `at`
    double early_rate = 0;  // of the first half of the time
    double late_rate = 0;   // of the second half: how it goes on, where it goes on
};

// At least two points; `at` never falls. `grain` is what one event adds: 1 of blocks, a block's size of bytes.
Trend judge_trend(absl::Span<const TrendPoint> points, double grain);

}  // namespace dregs
