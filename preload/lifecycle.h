// From nothing to recording, once per process: at the first allocation, also in a forked child.
#pragma once

namespace dregs {

// True when the process records from now on. False: it is being started by someone else at this moment, or must not or
// cannot record.
bool start_recording();

// The program asks for a library with a scope of its own, in which malloc may be another than ours.
void note_own_scope(const char* library);

}  // namespace dregs
