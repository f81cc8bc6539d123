// "Did you mean": the name that was most likely meant.
#pragma once

#include <string>
#include <vector>

namespace dregs {

// Letters left out, put in, exchanged for others or with their neighbour, that lead from one to the other.
std::size_t edit_distance(const std::string& a, const std::string& b);

// The nearest of `names`, or what `word` is the only beginning of; empty when none is near enough to be meant.
std::string nearest_name(const std::string& word, const std::vector<std::string>& names);

}  // namespace dregs
