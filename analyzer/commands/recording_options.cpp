// See recording_options.h.
#include "analyzer/commands/recording_options.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

#include "analyzer/commands/written_traces.h"

namespace dregs {
namespace {

constexpr const char* kOutput = "DREGS_OUTPUT";
constexpr const char* kPreload = "LD_PRELOAD";

std::map<std::string, std::string> own_environment() {
    std::map<std::string, std::string> variables;
    for (char** entry = environ; *entry; ++entry) {
        const std::string text = *entry;
        const std::size_t equals = text.find('=');
        if (equals != std::string::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

// In front, so that the shim is the first to define malloc; once, should somebody have put them there already.
std::string preload_with(const std::vector<std::string>& libraries, const std::string& former) {
    std::vector<std::string> list = libraries;
    const std::vector<std::string> others = absl::StrSplit(former, absl::ByAnyChar(": "), absl::SkipEmpty());
    for (const std::string& library : others) {
        if (std::find(list.begin(), list.end(), library) == list.end()) list.push_back(library);
    }
    return absl::StrJoin(list, ":");
}

std::string described(const std::string& help, const std::string& variable, const std::string& fallback) {
    return absl::StrCat(help, " (", variable, fallback.empty() ? "" : "; default: ", fallback, ")");
}

std::uint64_t factor_of(std::string_view unit) {
    if (unit.empty()) return 1;
    if (unit == "K" || unit == "k") return 1024;
    return unit == "M" || unit == "m" ? 1024 * 1024 : 0;
}

// "64K" -> "65536": plain decimal numbers are what every shim reads. Returns what is wrong, or nothing.
std::string to_plain_number(std::string& text) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::uint64_t factor = factor_of(std::string_view(text).substr(digits));
    std::uint32_t number = 0;
    if (factor == 0 || !absl::SimpleAtoi(text.substr(0, digits), &number)) {
        return absl::StrCat(text, " is no number of at most 32 bits, with or without K or M");
    }
    text = absl::StrCat(number * factor);
    return {};
}

// What is wrong with "64M,packet:1M", or nothing.
std::string limit_problem(const std::string& text) {
    for (const absl::string_view entry : absl::StrSplit(text, ',')) {
        const std::size_t colon = entry.rfind(':');
        const absl::string_view bytes = colon == absl::string_view::npos ? entry : entry.substr(colon + 1);
        const std::size_t digits = std::min(bytes.find_first_not_of("0123456789"), bytes.size());
        const absl::string_view unit = bytes.substr(digits);
        const bool known_unit =
            unit.empty() || (unit.size() == 1 && absl::string_view("kKmMgG").find(unit[0]) != absl::string_view::npos);
        std::uint64_t number = 0;
        const bool is_number = absl::SimpleAtoi(bytes.substr(0, digits), &number) && number > 0;
        if (!known_unit || !is_number || colon == 0) {
            return absl::StrCat(entry, " is no limit: BYTES or KIND:BYTES, with or without K, M or G");
        }
    }
    return {};
}

// Not where the working directory is gone, either.
bool can_write_here() {
    std::error_code error;
    const auto folder = std::filesystem::current_path(error);
    return !error && ::access(folder.c_str(), W_OK | X_OK) == 0;
}

}  // namespace

void RecordingOptions::add_to(CLI::App& command) {
#define DREGS_TEXT_OPTION(name, option, variable, fallback, placeholder, help) \
    command.add_option(option, given_[variable], described(help, variable, fallback))->type_name(placeholder);
#define DREGS_NUMBER_OPTION(name, option, variable, fallback, least, most, placeholder, help)         \
    command.add_option(option, given_[variable], described(help, variable, std::to_string(fallback))) \
        ->type_name(placeholder)                                                                      \
        ->transform(CLI::Validator(to_plain_number, ""))                                              \
        ->check(CLI::Range(std::uint64_t{least}, std::uint64_t{most}).description(""));
#define DREGS_FLAG_OPTION(name, option, variable, help)                                   \
    command.add_flag_function(                                                            \
        option, [this](std::int64_t times) { given_[variable] = times > 0 ? "1" : "0"; }, \
        described(help, variable, ""));
#include "dregs/options.inc"
    command.get_option("--limit")->check(CLI::Validator(limit_problem, ""));
    command.get_option("--limit-action")->check(CLI::IsMember({"snapshot", "fail"}).description(""));
}

std::string RecordingOptions::output_pattern() const {
    std::string fallback;
#define DREGS_TEXT_OPTION(name, option, variable, standard, placeholder, help) \
    if (std::string(variable) == kOutput) fallback = standard;
#include "dregs/options.inc"
    if (const auto given = given_.find(kOutput); given != given_.end() && !given->second.empty()) {
        return absolute_pattern(given->second);
    }
    const char* inherited = std::getenv(kOutput);
    if (inherited && *inherited) return absolute_pattern(inherited);
    // As the shim does by itself, which is not told that nobody chose this name.
    return can_write_here() ? absolute_pattern(fallback) : "/tmp/" + fallback.substr(2);
}

std::vector<std::string> RecordingOptions::environment(const std::vector<std::string>& preloaded) const {
    std::map<std::string, std::string> variables = own_environment();
    for (const auto& [name, value] : given_) {
        if (!value.empty()) variables[name] = value;
    }
    variables[kOutput] = output_pattern();
    if (!preloaded.empty()) variables[kPreload] = preload_with(preloaded, variables[kPreload]);
    std::vector<std::string> list;
    list.reserve(variables.size());
    for (const auto& [name, value] : variables) list.push_back(absl::StrCat(name, "=", value));
    return list;
}

}  // namespace dregs
