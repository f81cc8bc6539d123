// Shell patterns for names: * and ?, nothing else. Linear in practice, never exponential.
#pragma once

#include <string_view>

namespace dregs {

bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace dregs
