// What every export says of its trace as a whole, in lines: what it is of, what was lost, whether it is a sample.
#pragma once

#include <string>
#include <vector>

#include "analyzer/analysis/profile.h"
#include "analyzer/export/export_options.h"

namespace dregs {

// Safe to print.
std::vector<std::string> trace_remarks(const Profile& profile);

// Whether what was lost would be missed where a format has no place to say it.
bool lost_anything(const Profile& profile);

}  // namespace dregs
