// Words as a shell reads them, to be copied from what dregs says.
#pragma once

#include <absl/strings/string_view.h>

#include <string>

namespace dregs {

// In single quotes, as shells and systemd's environment files read it.
std::string quoted(absl::string_view value);

// In quotes only where it needs them.
std::string shell_word(absl::string_view text);

// The same; its last star stands for anything.
std::string shell_pattern(absl::string_view pattern);

}  // namespace dregs
