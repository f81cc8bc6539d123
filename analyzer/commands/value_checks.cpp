// See value_checks.h.
#include "analyzer/commands/value_checks.h"

#include "analyzer/trace/error.h"

namespace dregs {
namespace {

constexpr std::size_t kMostDigits = 18;

std::string whole_number_problem(const std::string& text) {
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    return digits && text.size() <= kMostDigits ? "" : text + " is no whole number";
}

}  // namespace

CLI::Validator whole_number() { return {whole_number_problem, ""}; }

CLI::Validator parsed_by(const std::function<void(const std::string&)>& parse) {
    return {[parse](const std::string& text) -> std::string {
                try {
                    parse(text);
                    return "";
                } catch (const Error& error) {
                    return error.what();
                }
            },
            ""};
}

}  // namespace dregs
