// From nothing to recording, once per process: at the first allocation, also in a forked child; and the last chance
// before the program forbids it.
#pragma once

#include "preload/system/sandbox.h"

namespace dregs {

// True when the process records from now on. False: it is being started by someone else at this moment, or must not or
// cannot record.
bool start_recording();

// Whether the program was built with a sanitizer: its own interceptors and ours must not meet.
bool has_sanitizer();

// Says so where the program or what is loaded before us has a malloc of its own: no hook of ours is ever called for it.
void note_foreign_malloc();

// The library has been loaded: from now on it is known whose memory this is, and a fork is noticed.
void claim_memory();
// A child that shares no memory has been forked: it is not its parent's guest. The state is as a fork leaves it.
void begin_forked_child();
// Whether the caller is a child of vfork, or of another clone with CLONE_VM, that runs in its parent's memory.
bool is_guest();

// The program asks for a library with a scope of its own, in which malloc may be another than ours.
void note_own_scope(const char* library);

// The program is about to install this filter: starts, and takes what will not be to be had under it.
void prepare_for_sandbox(const sandbox::Filter& filter);
// The same, before it changes its root or user: the trace's name will be of no use.
void prepare_for_loss_of_path();

}  // namespace dregs
