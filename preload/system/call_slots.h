// The words through which loaded objects call each other's functions, and pointers to such functions in their data:
// what the loader filled in for references by name.
#pragma once

#include <cstddef>

namespace dregs {

struct Redirection {
    const char* name;
    const void* from;  // null: nothing to do
    const void* to;
    bool also_at_home;  // in the objects that such functions lie in themselves, too
};

// Wherever an object that is loaded refers to one of these names, and that was bound to `from`, it is bound to `to`
// now. A reference that has not been bound yet stays so, but for those at home, which are bound. Takes the loader's
// lock.
void redirect_calls(const Redirection* redirections, std::size_t count);

}  // namespace dregs
