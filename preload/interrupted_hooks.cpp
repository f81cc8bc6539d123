#include "preload/interrupted_hooks.h"

#include "preload/recorder.h"
#include "preload/state.h"
#include "preload/unwind/foreign_memory.h"

// The linker's, of the sections' names.
extern "C" {
extern const char __start_dregs_hooks[] __attribute__((visibility("hidden")));
extern const char __stop_dregs_hooks[] __attribute__((visibility("hidden")));
extern const char __start_dregs_markers[] __attribute__((visibility("hidden")));
extern const char __stop_dregs_markers[] __attribute__((visibility("hidden")));
}

namespace dregs {
namespace {

struct CodeRange {
    std::uintptr_t begin;
    std::uintptr_t end;
    bool holds(std::uintptr_t pc) const { return pc >= begin && pc < end; }
};

CodeRange range_of(const char* begin, const char* end) {
    return {reinterpret_cast<std::uintptr_t>(begin), reinterpret_cast<std::uintptr_t>(end)};
}

bool is_hook(std::uintptr_t pc) { return range_of(__start_dregs_hooks, __stop_dregs_hooks).holds(pc); }
bool is_marker(std::uintptr_t pc) { return range_of(__start_dregs_markers, __stop_dregs_markers).holds(pc); }

CodeRange own_code() {
    LoadedObject self{};
    if (!find_object(reinterpret_cast<std::uintptr_t>(&own_code), &self)) return {0, 0};
    return {self.map_start, self.map_end};
}

std::uintptr_t pc_of(const RegisterFile& frame) { return frame.value[kReturnAddress]; }

// Whether the step to `frame` went by the registers that the kernel saved at `context`.
bool is_saved_at(std::uintptr_t context, const RegisterFile& frame) {
    return load_foreign_word(context + std::uintptr_t{kSavedPc}) == pc_of(frame) &&
           load_foreign_word(context + std::uintptr_t{kSavedSp}) == frame.value[kRsp];
}

// Whether code of ours is among the frames that end in `caller`, as far as that can be told.
bool is_on_stack(const Registers& caller, std::uint64_t* locations, std::uint32_t limit) {
    const CodeRange own = own_code();
    const Walk walk = g_state.unwinder.walk(caller, locations, limit);
    for (std::uint32_t i = 0; i < walk.frames; ++i) {
        if (own.holds(format::location_pc(locations[i]))) return true;
    }
    return walk.root != format::kStackWhole;
}

}  // namespace

// Asks the quick walk first: a fork should not cost more for the rare case, nor need more stack. It goes through all
// frames where the thread's own buffer is free, through the innermost ones where the thread has none.
bool InterruptedHooks::may_be_any(const Registers& caller) const {
    constexpr std::uint32_t kInnermost = 16;
    const ThreadState* thread = t_thread;
    if (thread && thread->ready && thread->busy != 0) return true;
    if (thread && thread->ready) return is_on_stack(caller, thread->locations[1], g_state.max_frames);
    std::uint64_t locations[kInnermost];
    return is_on_stack(caller, locations, kInnermost);
}

void InterruptedHooks::find(const Registers& caller) {
    if (load_acquire(g_state.phase) != Phase::kRecording || !may_be_any(caller)) return;
    const CodeRange own = own_code();
    RegisterFile frame{};
    capture_registers(&frame);
    if (!g_state.unwinder.reach(caller, &frame)) return;
    bool exact = false;
    for (std::uint32_t frames = 0; frames < format::kMaxFrames && count_ < kMostHooks; ++frames) {
        const std::uintptr_t context = frame.value[kRsp];
        if (g_state.unwinder.step_full(&frame, &exact) != Step::kCaller) return;
        if (exact && own.holds(pc_of(frame)) && is_saved_at(context, frame)) keep(context, frame);
    }
}

// From the interrupted frame outwards, as long as the frames are ours.
void InterruptedHooks::keep(std::uintptr_t context, const RegisterFile& interrupted) {
    const CodeRange own = own_code();
    RegisterFile frame = interrupted;
    bool exact = true;
    for (bool in_marker = false; own.holds(pc_of(frame)) || in_marker;) {
        if (is_hook(pc_of(frame)) && exact) return;  // it has called nothing
        if (is_hook(pc_of(frame)) || (in_marker && !own.holds(pc_of(frame)))) {
            hooks_[count_].context = context;
            count_ += find_resume_point(frame, &hooks_[count_].resume) ? 1 : 0;
            return;
        }
        in_marker = is_marker(pc_of(frame)) || in_marker;
        if (g_state.unwinder.step_full(&frame, &exact) != Step::kCaller) return;
    }
}

void InterruptedHooks::drop() const {
    for (std::uint32_t i = 0; i < count_; ++i) return_to(hooks_[i].context, hooks_[i].resume);
}

}  // namespace dregs
