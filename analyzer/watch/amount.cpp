// See amount.h.
#include "analyzer/watch/amount.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/strip.h>

#include <absl/strings/string_view.h>
#include <algorithm>
#include <map>
#include <optional>

#include "analyzer/trace/error.h"

namespace dregs {
namespace {

using Units = std::map<absl::string_view, std::uint64_t>;

// A whole number with one of the units behind it, times that unit. Nothing for 0, for what is too large, for anything
// else.
std::optional<std::uint64_t> parse_amount(absl::string_view text, const Units& units) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto unit = units.find(text.substr(digits));
    std::uint64_t number = 0, product = 0;
    if (unit == units.end() || !absl::SimpleAtoi(text.substr(0, digits), &number) || number == 0) return std::nullopt;
    if (__builtin_mul_overflow(number, unit->second, &product) || product >> 63 != 0) return std::nullopt;
    return product;
}

const Units& byte_units() {
    constexpr std::uint64_t kStep = 1024;
    static const Units units{{"", 1},
                             {"K", kStep},
                             {"k", kStep},
                             {"M", kStep * kStep},
                             {"m", kStep * kStep},
                             {"G", kStep * kStep * kStep},
                             {"g", kStep * kStep * kStep},
                             {"T", kStep * kStep * kStep * kStep}};
    return units;
}

std::optional<std::uint64_t> bytes_in(absl::string_view text) {
    if (!absl::ConsumeSuffix(&text, "iB")) absl::ConsumeSuffix(&text, "B");
    return parse_amount(text, byte_units());
}

}  // namespace

std::uint64_t parse_duration(const std::string& text) {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    static const Units units{{"", kSecond},         {"ms", kSecond / 1000}, {"s", kSecond},        {"m", 60 * kSecond},
                             {"min", 60 * kSecond}, {"h", 3600 * kSecond},  {"d", 86400 * kSecond}};
    if (const auto duration = parse_amount(text, units)) return *duration;
    throw Error(absl::StrCat(text, " is no duration, such as 500ms, 10s, 2m or 1h"));
}

std::uint64_t parse_bytes(const std::string& text) {
    if (const auto bytes = bytes_in(text)) return *bytes;
    throw Error(absl::StrCat(text, " is no number of bytes, such as 4096, 64K, 64M or 2G"));
}

GrowthLimit parse_growth(const std::string& text) {
    absl::string_view number = text;
    const bool blocks = absl::ConsumeSuffix(&number, "blocks") || absl::ConsumeSuffix(&number, "block");
    const auto amount = blocks ? parse_amount(absl::StripTrailingAsciiWhitespace(number), {{"", 1}}) : bytes_in(number);
    if (!amount) throw Error(absl::StrCat(text, " is no growth, such as 64M or 10000blocks"));
    return blocks ? GrowthLimit{0, *amount} : GrowthLimit{*amount, 0};
}

}  // namespace dregs
