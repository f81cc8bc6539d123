// What a signal handler needs that marks while it interrupts a hook of its own thread: the hook may be reading the
// thread's frames, or be about to change them, and goes on when the handler is through.
//
// Owns: places for the frames that such handlers push, and which scope records must not be used again before the hook
// is through. A frame that was there when the hook was interrupted stays as it was, whether it has been left since or
// not: the hook may have found it and not yet read all of it. And a record whose frame a handler takes away may be the
// one in which the hook is about to count a block: it is pinned, by a count, until a hook begins that interrupts none.
//
// One thread and its handlers, which run one within the other, each to its end: what one leaves here the next may rely
// on. Each change is one instruction, or a place that nobody else was given. Zero bytes are a valid empty object.
#pragma once

#include <cstdint>

#include "preload/scopes/scope_frame.h"

namespace dregs {

class HandlerFrames {
  public:
    // The first marker since a hook was interrupted. `again`: that hook itself interrupts one.
    void begin(const ScopeFrame* top, bool again);

    // A place for one frame more; null: there is none left.
    ScopeFrame* take();
    // The frame has been left. Its place may be used again if no hook can be reading it.
    void give_back(const ScopeFrame* frame);
    // Whether the frame was there when the hook was interrupted.
    bool is_older(const ScopeFrame* frame) const { return !holds(frame) || number_of(frame) < kept_; }
    bool holds(const ScopeFrame* frame) const { return frame >= places_ && frame < places_ + kPlaces; }

    // False: no room for it.
    bool pin(std::uint32_t record);
    // One that was pinned, and is no more; 0: none.
    std::uint32_t unpin();

  private:
    static constexpr std::uint32_t kPlaces = 32;
    static constexpr std::uint32_t kPins = 8;

    std::uint32_t number_of(const ScopeFrame* frame) const { return static_cast<std::uint32_t>(frame - places_); }

    std::uint32_t used_;  // the first so many places
    std::uint32_t kept_;  // of those, as they were when the hook was interrupted
    std::uint32_t pins_;
    std::uint32_t pinned_[kPins];
    ScopeFrame places_[kPlaces];
};

}  // namespace dregs
