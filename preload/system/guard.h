// Two keepers for code that runs inside the program's own calls.
//
// KeepErrno: whatever the recording does, errno is as the program left it. SlowLock: the one lock of the shim, taken
// only where something grows (a segment, a leaf, a module, a thread); a fork in between leaves the child with wiped,
// hence unlocked memory.
#pragma once

#include <cerrno>
#include <cstdint>

#include "preload/system/atomics.h"
#include "preload/system/attributes.h"
#include "preload/system/sys.h"

namespace dregs {

class KeepErrno {
  public:
    KeepErrno() : saved_(errno) {}
    ~KeepErrno() { errno = saved_; }
    KeepErrno(const KeepErrno&) = delete;
    KeepErrno& operator=(const KeepErrno&) = delete;

  private:
    int saved_;
};

// Zero bytes are the unlocked state.
class SlowLock {
  public:
    // False when this thread holds it already (a fault's handler interrupted growth) or its holder does not get on: the
    // caller then gives up and counts what it could not record. Never waits for ever, but as long as a disk may take.
    DREGS_COLD bool lock() {
        const std::uint32_t self = sys::thread_id();
        std::uint32_t naps = 0;
        for (int tries = 1;; ++tries) {
            std::uint32_t owner = 0;
            if (compare_exchange(owner_, owner, self)) return true;
            if (owner == self) return false;
            if (tries < kTriesUntilAsking) {
                sys::yield();
                continue;
            }
            // Not of this process only: a child of vfork may hold it.
            if (!sys::task_exists(owner) && compare_exchange(owner_, owner, self)) return true;
            if (is_over(naps++)) return false;
            sys::nap();
        }
    }
    void unlock() { store_release(owner_, 0u); }

    // How many waits ended without the lock since this was last asked. Callers hold the lock.
    std::uint32_t take_waits_in_vain() { return __atomic_exchange_n(&waits_in_vain_, 0u, __ATOMIC_RELAXED); }

  private:
    static constexpr int kTriesUntilAsking = 1'000;
    // Some two seconds of an idle machine. Not by the clock: that goes on while the process is stopped, by a debugger
    // or for a consistent snapshot, and the holder does not.
    static constexpr std::uint32_t kMostNaps = 10'000;

    // Whether a wait has taken too long. Who comes after one that did waits shortly.
    bool is_over(std::uint32_t naps) {
        const bool others_waited = load_relaxed(waits_in_vain_) != 0;
        if (naps < (others_waited ? kMostNaps / 1'000 : kMostNaps)) return false;
        fetch_add(waits_in_vain_, 1u);
        return true;
    }

    std::uint32_t owner_;
    std::uint32_t waits_in_vain_;
};

// Holds the lock with signals kept out: no handler may jump away and leave it locked, no cancellation end the thread.
class SlowSection {
  public:
    explicit SlowSection(SlowLock& lock) : lock_(lock), signals_(sys::block_signals()), held_(lock.lock()) {}
    ~SlowSection() {
        if (held_) lock_.unlock();
        sys::restore_signals(signals_);
    }
    SlowSection(const SlowSection&) = delete;
    SlowSection& operator=(const SlowSection&) = delete;
    bool held() const { return held_; }

  private:
    SlowLock& lock_;
    std::uint64_t signals_;
    bool held_;
};

}  // namespace dregs
