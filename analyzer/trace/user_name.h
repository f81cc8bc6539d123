// Whose something is, in words.
#pragma once

#include <sys/types.h>

#include <string>

namespace dregs {

// "root", or "user 4711" where nobody knows a name.
std::string user_name(uid_t user);

}  // namespace dregs
