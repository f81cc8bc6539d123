// The walk. See unwind.h.
#include "preload/unwind/unwind.h"

#include "preload/system/attributes.h"

namespace dregs {
namespace {

constexpr std::uintptr_t kAnywhere = std::uintptr_t{1} << format::kPcBits;

// Where a walk ends at a value that is no pc: threads and coroutines begin with a return address of 0, or with another
// that nothing can be at.
format::StackRoot root_at(std::uintptr_t pc, std::uint32_t frames) {
    return pc == 0 || frames != 0 ? format::kStackWhole : format::kStackNoUnwind;
}

// After a step from the last of `frames` that led to no caller.
Walk walk_ended(Step step, std::uint32_t frames) {
    if (step == Step::kPlanted && frames > 1) return {frames - 1, format::kStackWhole};
    if (step == Step::kNoCode && frames > 1) return {frames - 1, format::kStackNoUnwind};
    return {frames, step == Step::kEnd ? format::kStackWhole : format::kStackNoUnwind};
}

// Finds the object that holds the code of a frame. Code outside of all objects (generated, or a signal handler's
// private return path) counts as one without unwind information that may lie anywhere.
bool find_image(std::uintptr_t pc, bool exact, ReadablePages* pages, LoadedObject* object, CodeImage* image) {
    const bool found = find_object(exact ? pc : pc - 1, object);
    if (!found) *object = {nullptr, 1, kAnywhere, nullptr};
    *image = {object->map_start, object->map_end, object->eh_frame_hdr, pages, found};
    return found;
}

ReadableWords known_words(OwnStack* own_stack, std::uintptr_t sp) {
    return own_stack != nullptr ? own_stack->readable_from(sp) : OwnStack::rest_of_page(sp);
}

}  // namespace

// The innermost frame is there: the hook that it called runs.
DREGS_HOT Walk Unwinder::walk(const Registers& start, std::uint64_t* locations, std::uint32_t limit,
                              OwnStack* own_stack) {
    const ReadableWords known = known_words(own_stack, start.sp);
    ReadablePages pages(own_stack != nullptr ? own_stack->known() : known);
    const RowTable::Level level = rows_.newest();
    WalkState state{{start.pc, start.sp, start.bp, false}, StackReader(known, pages)};
    std::uint32_t frames = 0;
    while (DREGS_LIKELY(is_pc(state.frame.pc))) {
        if (frames == limit) return {frames, format::kStackCut};
        const RowTable::Hit hit = find(level, key_of(state.frame), pages);
        locations[frames++] = hit.location;
        Step result = step_caller(hit.row, frames > 1 ? locations[frames - 2] : 0, &state);
        if (DREGS_LIKELY(result == Step::kCaller)) continue;
        if (result == Step::kComplex) result = step_with_registers(start, frames, &state);
        if (result != Step::kCaller) return walk_ended(result, frames);
    }
    return {frames, root_at(state.frame.pc, frames)};
}

// From the last of `frames`, which needs more registers: they are found by unwinding all frames further in with them,
// the shim's own first.
DREGS_COLD Step Unwinder::step_with_registers(const Registers& start, std::uint32_t frames, WalkState* state) {
    ReadablePages& pages = state->stack.pages();
    RegisterFile registers{};
    capture_registers(&registers);
    if (!reach(start, &registers, pages)) return Step::kNoUnwind;
    bool exact = false;
    for (std::uint32_t done = 1; done < frames; ++done) {
        if (step_full(&registers, &exact, pages) != Step::kCaller) return Step::kNoUnwind;
    }
    const Frame& frame = state->frame;
    if (registers.value[kReturnAddress] != frame.pc || registers.value[kRsp] != frame.sp) return Step::kNoUnwind;
    const Step result = step_full(&registers, &exact, pages);
    return result == Step::kCaller ? leave_registers(registers, exact, state) : result;
}

DREGS_COLD RowTable::Hit Unwinder::find_or_learn(std::uint64_t key, ReadablePages& pages) {
    const RowTable::Hit hit = rows_.find(key);
    if (hit.row.kind() != RowKind::kNone) return hit;
    return learn(format::location_pc(key), format::location_exact(key), pages);
}

// A pc outside of all modules, or in one that has no number, is not remembered: both may change.
RowTable::Hit Unwinder::learn(std::uintptr_t pc, bool exact, ReadablePages& pages) {
    LoadedObject object{};
    CodeImage image;
    const bool found = find_image(pc, exact, &pages, &object, &image);
    const std::uint32_t module = found && identify_ != nullptr ? identify_(context_, object) : format::kNoModule;
    const RowTable::Hit hit{format::make_location(pc, module, exact), make_row(image, pc, exact)};
    if (module != format::kNoModule) rows_.insert(hit);
    return hit;
}

bool Unwinder::reach(const Registers& start, RegisterFile* registers, ReadablePages& pages) {
    constexpr int kMaxOwnFrames = 32;
    bool exact = true;
    for (int frames = 0; frames < kMaxOwnFrames; ++frames) {
        if (step_full(registers, &exact, pages) != Step::kCaller) return false;
        const std::uintptr_t sp = registers->value[kRsp];
        if (sp == start.sp) return registers->value[kReturnAddress] == start.pc;
        if (sp > start.sp) return false;
    }
    return false;
}

Step Unwinder::step_full(RegisterFile* registers, bool* exact, ReadablePages& pages) {
    const std::uintptr_t pc = registers->value[kReturnAddress];
    LoadedObject object{};
    CodeImage image;
    find_image(pc, *exact, &pages, &object, &image);
    const Step result = step_registers(image, registers, exact);
    if (result != Step::kNoUnwind) return result;
    return make_row(image, pc, *exact).kind() == RowKind::kEnd ? Step::kEnd : result;
}

void Unwinder::forget_module(std::uint32_t module) {
    rows_.forget(module);
    epoch_.fetch_add(1, std::memory_order_acq_rel);
}

}  // namespace dregs
