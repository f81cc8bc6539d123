// Which file a command line starts, and whether preloading works with it.
//
// Looks at the file only; never runs it. Hostile files are answered with "nothing to object", not with a crash.
#pragma once

#include <string>
#include <vector>

namespace dregs {

// As execvp would find it; empty: nowhere.
std::string find_program(const std::string& name);

// What runs when it is started with these arguments: for a script its interpreter, for env what env starts, else the
// file itself.
std::string started_image(const std::string& path, const std::vector<std::string>& arguments = {});

// Whether what is started brings another C library than glibc (musl ...): its loader does not ignore what it cannot
// preload, but ends the program.
bool has_foreign_loader(const std::string& image);

// Why the program at `path` (for a script: its interpreter) cannot be traced by preloading; empty: it can.
std::string untraceable_reason(const std::string& path);

}  // namespace dregs
