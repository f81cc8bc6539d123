// The functions that a loaded object itself defines, for others to call.
//
// dlsym cannot tell: it also finds what an object merely jumps to (a program that is not position-independent and takes
// malloc's address), asked for one object it looks into all that the object needs, and it passes over what programs
// bind to: a definition of an old version only. So this reads the object's own symbols as the loader does: by
// DT_GNU_HASH or DT_HASH, and by the versions (https://sourceware.org/gnu-gabi/program-loading-and-dynamic-linking.txt,
// https://www.akkadia.org/drepper/symbol-versioning). No locks, no allocation.
#pragma once

struct link_map;

namespace dregs {

bool defines_function(const ::link_map& object, const char* name);

// The address that a reference to this version of the function is bound to in this object, null: in another one.
// Without a `version`: as a reference of an object that knows of none.
void* find_function(const ::link_map& object, const char* name, const char* version);

// The shim in the list of what is loaded, in which names are looked up from the first to the last. Null: not to be had.
const ::link_map* own_object();

// From now on look-ups find the function, which the object defines in a version that nobody asks for. False: it cannot
// be done.
bool show_function(const ::link_map& object, const char* name);

}  // namespace dregs
