// Time from the kernel's own object (the vDSO, vdso(7)), without a system call and without the C library's function.
//
// The program may have a library in front of that (libfaketime, a simulator): it tells another time than blocks have
// lived, and it locks and allocates, which no hook may. No locks, no allocation, async-signal-safe.
#pragma once

#include <time.h>

namespace dregs {

using ClockFunction = int (*)(clockid_t, timespec*);

// Null: the kernel has given none.
ClockFunction kernel_clock();

}  // namespace dregs
