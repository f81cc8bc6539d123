// The walk. See unwind.h.
#include "preload/unwind/unwind.h"

#include "preload/system/attributes.h"

namespace dregs {
namespace {

constexpr std::uintptr_t kAnywhere = std::uintptr_t{1} << format::kPcBits;

// Where a walk ends at a value that is no pc: threads and coroutines begin with a return address of 0.
format::StackRoot root_at(std::uintptr_t pc) { return pc == 0 ? format::kStackWhole : format::kStackNoUnwind; }

format::StackRoot root_of(Step step) { return step == Step::kEnd ? format::kStackWhole : format::kStackNoUnwind; }

// Finds the object that holds the code of a frame. Code outside of all objects (generated, or a signal handler's
// private return path) counts as one without unwind information that may lie anywhere.
bool find_image(std::uintptr_t pc, bool exact, ReadablePages* pages, LoadedObject* object, CodeImage* image) {
    const bool found = find_object(exact ? pc : pc - 1, object);
    if (!found) *object = {nullptr, 1, kAnywhere, nullptr};
    *image = {object->map_start, object->map_end, object->eh_frame_hdr, pages};
    return found;
}

}  // namespace

DREGS_HOT Walk Unwinder::walk(const Registers& start, std::uint64_t* locations, std::uint32_t limit) {
    const RowTable::Level level = rows_.newest();
    WalkState state{{start.pc, start.sp, start.bp, false}, StackReader(pages_, start.sp), 0};
    std::uint32_t frames = 0;
    while (DREGS_LIKELY(is_pc(state.frame.pc))) {
        if (frames == limit) return {frames, format::kStackCut};
        const RowTable::Hit hit = find(level, key_of(state.frame));
        locations[frames++] = hit.location;
        const Step result = step(hit.row, &state);
        if (DREGS_LIKELY(result == Step::kCaller)) continue;
        if (result != Step::kComplex) return {frames, root_of(result)};
        const Walk full = walk_registers(start, locations, limit);
        return full.frames >= frames ? full : Walk{frames, format::kStackNoUnwind};
    }
    return {frames, root_at(state.frame.pc)};
}

DREGS_COLD RowTable::Hit Unwinder::find_or_learn(std::uint64_t key) {
    const RowTable::Hit hit = rows_.find(key);
    return hit.row.kind() != RowKind::kNone ? hit : learn(format::location_pc(key), format::location_exact(key));
}

// A pc outside of all modules, or in one that has no number, is not remembered: both may change.
RowTable::Hit Unwinder::learn(std::uintptr_t pc, bool exact) {
    LoadedObject object{};
    CodeImage image;
    const bool found = find_image(pc, exact, &pages_, &object, &image);
    const std::uint32_t module = found && identify_ != nullptr ? identify_(context_, object) : format::kNoModule;
    const RowTable::Hit hit{format::make_location(pc, module, exact), make_row(image, pc, exact)};
    if (module != format::kNoModule) rows_.insert(hit);
    return hit;
}

// Captures all registers and finds the starting frame again, by unwinding the shim's own.
DREGS_COLD Walk Unwinder::walk_registers(const Registers& start, std::uint64_t* locations, std::uint32_t limit) {
    RegisterFile registers{};
    capture_registers(&registers);
    if (!reach(start, &registers)) return {0, format::kStackNoUnwind};
    const RowTable::Level level = rows_.newest();
    bool exact = false;
    std::uint32_t frames = 0;
    while (is_pc(registers.value[kReturnAddress])) {
        if (frames == limit) return {frames, format::kStackCut};
        const std::uint64_t key = format::make_location(registers.value[kReturnAddress], 0, exact);
        locations[frames++] = find(level, key).location;
        const Step result = step_full(&registers, &exact);
        if (result != Step::kCaller) return {frames, root_of(result)};
    }
    return {frames, root_at(registers.value[kReturnAddress])};
}

bool Unwinder::reach(const Registers& start, RegisterFile* registers) {
    constexpr int kMaxOwnFrames = 32;
    bool exact = true;
    for (int frames = 0; frames < kMaxOwnFrames; ++frames) {
        if (step_full(registers, &exact) != Step::kCaller) return false;
        const std::uintptr_t sp = registers->value[kRsp];
        if (sp == start.sp) return registers->value[kReturnAddress] == start.pc;
        if (sp > start.sp) return false;
    }
    return false;
}

Step Unwinder::step_full(RegisterFile* registers, bool* exact) {
    const std::uintptr_t pc = registers->value[kReturnAddress];
    LoadedObject object{};
    CodeImage image;
    find_image(pc, *exact, &pages_, &object, &image);
    const Step result = step_registers(image, registers, exact);
    if (result != Step::kNoUnwind) return result;
    return make_row(image, pc, *exact).kind() == RowKind::kEnd ? Step::kEnd : result;
}

void Unwinder::forget_module(std::uint32_t module) {
    rows_.forget(module);
    pages_.forget();
    epoch_.fetch_add(1, std::memory_order_acq_rel);
}

}  // namespace dregs
