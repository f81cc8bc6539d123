// Checks of options' values whose complaints are for people; CLI11 puts the option's name before them.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace dregs {

// 0 or more. CLI11's own check would tell the range, with all the digits of the largest double.
CLI::Validator whole_number();

// What `parse` throws Error for is refused, with its words.
CLI::Validator parsed_by(const std::function<void(const std::string&)>& parse);

}  // namespace dregs
