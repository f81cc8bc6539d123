// See user_name.h.
#include "analyzer/trace/user_name.h"

#include <absl/strings/str_cat.h>
#include <pwd.h>

namespace dregs {

std::string user_name(uid_t user) {
    const passwd* entry = ::getpwuid(user);
    return entry != nullptr && entry->pw_name != nullptr ? entry->pw_name : absl::StrCat("user ", user);
}

}  // namespace dregs
