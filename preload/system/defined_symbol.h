// Whether a loaded object itself defines a function that others can call.
//
// dlsym cannot tell: it also finds what an object merely jumps to (a program that is not position-independent and takes
// malloc's address), and asked for one object it looks into all that the object needs. So this reads the object's own
// DT_GNU_HASH (https://sourceware.org/gnu-gabi/program-loading-and-dynamic-linking.txt), which every linker has written
// by default since 2006; an object without one is taken to define nothing. No locks, no allocation.
#pragma once

struct link_map;

namespace dregs {

bool defines_function(const ::link_map& object, const char* name);

}  // namespace dregs
