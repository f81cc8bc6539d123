// Whole call stacks of code without frame pointers, from inside a hook.
//
// Owns: the walk. No locks, no allocation, async-signal-safe, any thread; reads the stack only where it can be read.
// Must not know what the frames are recorded for. Called by the recorder, with the registers that a hook captured.
//
//   walk ─▶ find or learn a row for each pc (row_table, unwind_row) ─▶ step (unwind_step)
//     └▶ step_with_registers, where a frame needs more than the fast walk has: from our own frame on, as far as that
#pragma once

#include <atomic>
#include <cstdint>

#include "dregs/trace_format.h"
#include "preload/system/attributes.h"
#include "preload/unwind/loaded_object.h"
#include "preload/unwind/own_stack.h"
#include "preload/unwind/planted_return.h"
#include "preload/unwind/readable_pages.h"
#include "preload/unwind/register_walk.h"
#include "preload/unwind/row_table.h"
#include "preload/unwind/unwind_step.h"

namespace dregs {

class StackMemo;
struct MemoFrame;
struct Sprint;

// The frame that a walk begins with: the one that called the hook.
struct Registers {
    std::uintptr_t pc;  // return address of the hook
    std::uintptr_t sp;  // the hook's CFA
    std::uintptr_t bp;
};

// The registers of the caller of the function that this stands in; that function must have a frame pointer
// (-fno-omit-frame-pointer), which the use of __builtin_frame_address makes sure of.
#define DREGS_CAPTURE_CALLER()                                                 \
    ::dregs::Registers {                                                       \
        reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)),         \
            reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) + 16, \
            *static_cast<const std::uintptr_t*>(__builtin_frame_address(0))    \
    }

struct Walk {
    std::uint32_t frames;
    format::StackRoot root;  // kStackWhole, kStackCut or kStackNoUnwind
};

// Says which module an object is: an index of the trace's module table, or format::kNoModule when it cannot be had.
using IdentifyModule = std::uint32_t (*)(void* context, const LoadedObject& object);

// All-zero bytes are its valid empty state.
class Unwinder {
  public:
    // Without it all modules are format::kNoModule, and no row is kept.
    void identify_with(IdentifyModule identify, void* context) {
        context_ = context;
        identify_ = identify;
    }

    // Fills `locations` (see format::make_location), innermost first, with at most `limit` frames. `own_stack` is the
    // calling thread's; without it the system is asked about each page of the stack.
    Walk walk(const Registers& start, std::uint64_t* locations, std::uint32_t limit, OwnStack* own_stack = nullptr);

    // The same walk, made cheap by the thread's last one, which `memo` holds. True: `memo` holds it now. False: it is
    // too deep or needs all registers; walk() must be asked.
    bool follow(const Registers& start, StackMemo& memo, std::uint32_t limit);

    // The same frame by frame with all registers, for who wants to know more than where. Slow.
    bool reach(const Registers& start, RegisterFile* registers) {
        ReadablePages pages;
        return reach(start, registers, pages);
    }
    Step step_full(RegisterFile* registers, bool* exact) {
        ReadablePages pages;
        return step_full(registers, exact, pages);
    }

    // After an object was unmapped: forgets what was learned of it.
    void forget_module(std::uint32_t module);

  private:
    friend class Follower;
    friend class Learner;
    friend struct Sprint;

    // User space ends here; a pc beyond, or 0, is no pc.
    static constexpr std::uintptr_t kPcLimit = std::uintptr_t{1} << format::kPcBits;
    static bool is_pc(std::uintptr_t pc) { return pc - 1 < kPcLimit - 1; }

    static std::uint64_t key_of(const Frame& frame) { return format::make_location(frame.pc, 0, frame.exact); }

    // `key` is a location without its module.
    DREGS_INLINE RowTable::Hit find(const RowTable::Level& level, std::uint64_t key, ReadablePages& pages) {
        if (DREGS_LIKELY(level.entries != nullptr)) {
            const RowTable::Hit hit = RowTable::find_in(level, key);
            if (DREGS_LIKELY(hit.row.kind() != RowKind::kNone)) return hit;
        }
        return find_or_learn(key, pages);
    }
    RowTable::Hit find_or_learn(std::uint64_t key, ReadablePages& pages);
    RowTable::Hit learn(std::uintptr_t pc, bool exact, ReadablePages& pages);
    bool reach(const Registers& start, RegisterFile* registers, ReadablePages& pages);
    Step step_full(RegisterFile* registers, bool* exact, ReadablePages& pages);
    // `callee`: the location of the frame further in; 0: none.
    DREGS_INLINE static Step step_caller(Row row, std::uint64_t callee, WalkState* state) {
        const Step result = step(row, state);
        return DREGS_UNLIKELY(result == Step::kDoubtful) ? step_doubtful(row, callee, state) : result;
    }
    static bool joins_as_usual(const Sprint& sprint, const StackMemo& memo, const MemoFrame* candidate);
    bool follow_unusual(const Registers& start, StackMemo& memo, const Sprint& sprint, const MemoFrame* candidate,
                        std::uint32_t limit);
    bool take_stock(const Registers& start, StackMemo& memo, bool followed, std::uint32_t epoch);
    void learn(const Registers& start, StackMemo& memo, std::uint32_t epoch);
    Step step_with_registers(const Registers& start, std::uint32_t frames, WalkState* state);

    IdentifyModule identify_;
    void* context_;
    std::atomic<std::uint32_t> epoch_;  // rises when rows are forgotten
    RowTable rows_;
};

}  // namespace dregs
