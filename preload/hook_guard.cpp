#include "preload/hook_guard.h"

#include "preload/state.h"
#include "preload/unwind/loaded_object.h"

namespace dregs {
namespace {

constexpr std::uintptr_t kBits = 15;

// What a walk says of the hooks on the stack.
struct HooksFound {
    std::uint32_t hooks;
    bool all;  // there are no others
};

// One hook is a run of frames of ours; the first one is the caller's own.
HooksFound find_hooks(const std::uint64_t* locations, const Walk& walk) {
    LoadedObject self{};
    if (!find_object(reinterpret_cast<std::uintptr_t>(&find_hooks), &self)) return {0, false};
    std::uint32_t runs = 0;
    bool inside = false;
    for (std::uint32_t i = 0; i < walk.frames; ++i) {
        const std::uint64_t pc = format::location_pc(locations[i]);
        const bool ours = pc >= self.map_start && pc < self.map_end;
        runs += ours && !inside ? 1 : 0;
        inside = ours;
    }
    return {runs > 0 ? runs - 1 : 0, walk.root == format::kStackWhole && runs > 0};
}

// `locations`: a buffer that no interrupted hook is using. Not inlined: the walk begins behind it, in code of ours.
__attribute__((noinline)) HooksFound look_for_hooks(std::uint64_t* locations) {
    return find_hooks(locations, g_state.unwinder.walk(DREGS_CAPTURE_CALLER(), locations, g_state.max_frames));
}

// How many hooks are at work of those that `busy` says; the present one is not among them.
std::uint32_t hooks_at_work(ThreadState& thread, std::uintptr_t busy, std::uintptr_t frame) {
    const auto said = static_cast<std::uint32_t>(busy & ThreadState::kHookCount);
    if (said < ThreadState::kLevels) {
        const HooksFound found = look_for_hooks(thread.locations[said]);
        if (found.all) return found.hooks < said ? found.hooks : said;
        if (found.hooks > 0) return said;
    }
    return frame >= (busy & ~kBits) && !sys::on_signal_stack() ? 0 : said;
}

// Changes `busy`, which handlers change, too. Returns what it was.
template <typename Change>
std::uintptr_t update_busy(ThreadState& thread, Change change) {
    for (;;) {
        const std::uintptr_t busy = load_relaxed(thread.busy);
        if (compare_exchange_local(thread.busy, busy, change(busy))) return busy;
    }
}

std::uintptr_t with_hooks(std::uintptr_t busy, std::uintptr_t hooks) {
    return (busy & ~ThreadState::kHookCount) | (hooks < ThreadState::kHookCount ? hooks : ThreadState::kHookCount);
}

}  // namespace

// Says that it is there before it looks: a handler that comes in between uses another buffer.
DREGS_COLD void HookGuard::interrupt(std::uintptr_t frame) {
    restored_ = update_busy(thread_, [](std::uintptr_t busy) {
        return with_hooks(busy & ~ThreadState::kHandlerMarked, (busy & ThreadState::kHookCount) + 1);
    });
    level_ = static_cast<std::uint8_t>(hooks_at_work(thread_, restored_, frame));
    if (level_ == 0) {
        restored_ = 0;
        store_relaxed(thread_.busy, frame + 1);
        return;
    }
    restored_ = with_hooks(restored_, level_);
    update_busy(thread_, [&](std::uintptr_t busy) { return with_hooks(busy, level_ + 1u); });
}

// A handler that has marked since says so of this hook; that it did holds for the one that this interrupted, too.
DREGS_COLD void HookGuard::resume() {
    update_busy(thread_, [&](std::uintptr_t busy) { return restored_ | (busy & ThreadState::kHandlerMarked); });
}

DREGS_COLD void HookGuard::will_mark() {
    if (level_ == 0) return;
    if ((restored_ & ThreadState::kHandlerMarked) == 0) thread_.handlers.begin(load_relaxed(thread_.top), level_ > 1);
    restored_ |= ThreadState::kHandlerMarked;
}

}  // namespace dregs
