// Where span libraries lie: in a folder that is the user's own, each under a name that says what is in it.
//
// A library must outlive `dregs run`: children of the program may start programs later, with the same LD_PRELOAD. So
// none is ever removed here; the same definitions share one file, so there are few.
#pragma once

#include <string>

namespace dregs {

// /tmp/dregs-UID. Not XDG_RUNTIME_DIR, which is closed to others, whom a program may change to.
std::string own_library_folder();

// Puts a file of these bytes there, unless it is there. Returns its path, which has no blank or colon (LD_PRELOAD).
// Others can read it (a program may become another user), nobody else can have written it. Throws Error.
std::string store_library(const std::string& bytes, const std::string& folder = own_library_folder());

}  // namespace dregs
