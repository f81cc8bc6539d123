// The registry of threads: a state and a counter record for each, used again when its thread is gone.
//
// A thread is found gone by asking the system when another begins, or at exit: there is no destructor that would run
// too early, too late or never. Zero bytes are a valid empty registry.
#pragma once

#include "preload/file/table.h"
#include "preload/scopes/thread_scopes.h"
#include "preload/scopes/thread_state.h"

namespace dregs {

class Threads {
  public:
    void attach(TraceFile& file, SlowLock& lock, StringTable& strings, ThreadScopes& scopes, std::uint32_t max_frames);
    // The calling thread's state, ready; null: no room. `former`: its state from before a fork, wiped.
    ThreadState* start(ThreadState* former);
    // Ends the scopes of threads that are gone. Callers hold the slow lock.
    void sweep();
    // Waits until each other thread has been seen outside of our hooks: what it does from then on, it does knowing what
    // was stored before this call. Callers hold no lock and are themselves not `busy`.
    void wait_for_hooks(const ThreadState& self);
    // Asks for the calling thread's id and name, which it may have been given only later. Callers hold the slow lock.
    void identify(ThreadState& thread);

  private:
    static constexpr std::uint32_t kMostThreads = 1u << 16;
    static constexpr std::uint32_t kChecksPerStart = 16;

    // A hook that was left by siglongjmp seems to be at work for ever. Some tenth of a second of an idle machine, and
    // not by the clock: that goes on while the process is stopped.
    static constexpr std::uint32_t kMostNaps = 600;

    std::uint32_t count();
    ThreadState* find_gone(std::uint32_t tid);
    ThreadState* make_state(ThreadState* former);
    ThreadState* claim(ThreadState* former);

    TraceFile* file_;
    SlowLock* lock_;
    StringTable* strings_;
    ThreadScopes* scopes_;
    std::uint32_t max_frames_;
    std::uint32_t count_;
    std::uint32_t last_;        // the state handed out last
    std::uint32_t next_check_;  // both are indices in states_
    TraceTable<format::ThreadCounters, format::kThreads, 64> counters_;
    ThreadState* states_[kMostThreads];  // by slot - 1
};

}  // namespace dregs
