// See human.h.
#include "analyzer/output/human.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

namespace dregs {
namespace {

std::uint64_t magnitude(std::int64_t delta) {
    const auto bits = static_cast<std::uint64_t>(delta);
    return delta < 0 ? ~bits + 1 : bits;
}

const char* sign_of(std::int64_t delta) { return delta > 0 ? "+" : delta < 0 ? "-" : ""; }

}  // namespace

std::string human_count(std::uint64_t count) {
    std::string digits = absl::StrCat(count);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
        digits.insert(static_cast<std::size_t>(at), 1, ',');
    }
    return digits;
}

std::string human_delta(std::int64_t delta) { return absl::StrCat(sign_of(delta), human_count(magnitude(delta))); }

std::string human_bytes(std::uint64_t bytes) {
    constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 10240) return absl::StrCat(human_count(bytes), " B");
    double value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    while (value >= 1023.95 && unit < 5) {
        value /= 1024;
        ++unit;
    }
    return absl::StrFormat("%.1f %s", value, kUnits[unit]);
}

std::string human_byte_delta(std::int64_t delta) { return absl::StrCat(sign_of(delta), human_bytes(magnitude(delta))); }

std::string human_share(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return "-";
    return absl::StrFormat("%.1f%%", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string human_duration(std::uint64_t centiseconds) {
    const std::uint64_t seconds = centiseconds / 100;
    if (seconds < 10) return absl::StrFormat("%d.%02d s", seconds, centiseconds % 100);
    if (seconds < 120) return absl::StrCat(seconds, " s");
    if (seconds < 7200) return absl::StrFormat("%d min %02d s", seconds / 60, seconds % 60);
    if (seconds < 172800) return absl::StrFormat("%d h %02d min", seconds / 3600, seconds / 60 % 60);
    return absl::StrFormat("%d days %02d h", seconds / 86400, seconds / 3600 % 24);
}

std::string human_plural(std::uint64_t count, const char* singular, const char* plural) {
    return absl::StrCat(human_count(count), " ", count == 1 ? singular : plural);
}

}  // namespace dregs
