// dregs_snapshot(): the state of this moment kept in a file beside the trace, written by the program's own thread.
#pragma once

namespace dregs {

// Copies the trace to a new file named after it and `label`. Other threads go on meanwhile. Callers hold no lock.
// What cannot be written is noted in the trace.
void take_snapshot(const char* label);

}  // namespace dregs
