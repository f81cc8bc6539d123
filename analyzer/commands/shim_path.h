// Where libdregs.so is: beside this program as built or installed.
#pragma once

#include <string>

namespace dregs {

// DREGS_LIBRARY of the environment, or the library that belongs to this very program. Throws Error with the places it
// looked at.
std::string find_shim();

}  // namespace dregs
