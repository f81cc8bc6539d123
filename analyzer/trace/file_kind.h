// What a file that is no trace looks like, so that the error says what to do with it.
#pragma once

#include <absl/strings/string_view.h>

#include <string>

namespace dregs {

// "a core dump, which gdb reads"; empty: nothing known. `begin`: the file's first bytes, some hundred.
std::string file_kind(const std::string& name, absl::string_view begin);

}  // namespace dregs
