// What env(1) starts, by its words: "env -i FOO=1 tshark -r x" -> tshark.
#pragma once

#include <string>
#include <vector>

namespace dregs {

// Whether this is env, by its name.
bool is_env(const std::string& path);

// The program among the words that follow env's name, as a path or for PATH; empty: none, or not to be told. Splits
// what -S says, as a script's first line has it.
std::string program_of_env(const std::vector<std::string>& words);

}  // namespace dregs
