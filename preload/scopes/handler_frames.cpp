#include "preload/scopes/handler_frames.h"

#include "preload/system/atomics.h"

namespace dregs {

// What is not nested any more was left while no hook was at work, unless it is a handler's hook that was interrupted.
void HandlerFrames::begin(const ScopeFrame* top, bool again) {
    const std::uint32_t used = load_relaxed(used_);
    std::uint32_t needed = again ? used : 0;
    for (const ScopeFrame* frame = top; frame && !again; frame = frame->outer) {
        if (holds(frame) && number_of(frame) >= needed) needed = number_of(frame) + 1;
    }
    // Where a handler has just come in between, what it left stays.
    (void)compare_exchange_local(used_, used, needed);
    kept_ = load_relaxed(used_);
}

ScopeFrame* HandlerFrames::take() {
    for (;;) {
        const std::uint32_t used = load_relaxed(used_);
        if (used == kPlaces) return nullptr;
        if (compare_exchange_local(used_, used, used + 1)) return &places_[used];
    }
}

void HandlerFrames::give_back(const ScopeFrame* frame) {
    if (!is_older(frame)) (void)compare_exchange_local(used_, number_of(frame) + 1, number_of(frame));
}

bool HandlerFrames::pin(std::uint32_t record) {
    for (;;) {
        const std::uint32_t pins = load_relaxed(pins_);
        if (pins == kPins) return false;
        if (!compare_exchange_local(pins_, pins, pins + 1)) continue;
        store_relaxed(pinned_[pins], record);
        return true;
    }
}

std::uint32_t HandlerFrames::unpin() {
    for (;;) {
        const std::uint32_t pins = load_relaxed(pins_);
        if (pins == 0) return 0;
        const std::uint32_t record = load_relaxed(pinned_[pins - 1]);
        if (compare_exchange_local(pins_, pins, pins - 1)) return record;
    }
}

}  // namespace dregs
