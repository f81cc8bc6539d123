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
    // caller then gives up and counts what it could not record. Never waits for ever.
    DREGS_COLD bool lock() {
        const std::uint32_t self = sys::thread_id();
        for (int tries = 1; tries <= kTries; ++tries) {
            std::uint32_t owner = 0;
            if (compare_exchange(owner_, owner, self)) return true;
            if (owner == self) return false;
            const bool ask = tries % kTriesUntilAsking == 0;
            if (ask && !sys::thread_exists(owner) && compare_exchange(owner_, owner, self)) return true;
            sys::yield();
        }
        return false;
    }
    void unlock() { store_release(owner_, 0u); }

  private:
    static constexpr int kTries = 100'000;
    static constexpr int kTriesUntilAsking = 1'000;
    std::uint32_t owner_;
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
