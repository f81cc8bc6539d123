// What AddressSanitizer's runtime asks a program for its defaults by.
//
// The runtime refuses to start when another library was loaded before it, which we are. We only pass its malloc's calls
// on (see lifecycle.cpp), so the order does no harm. A program's own definition goes before this one; ASAN_OPTIONS
// before both.
#include "preload/system/attributes.h"

extern "C" DREGS_EXPORT const char* __asan_default_options() { return "verify_asan_link_order=0"; }
