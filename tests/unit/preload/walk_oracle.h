// One walk by our unwinder beside the same walk by libunwind and by the full step, from one place of the program.
//
// Allocates nothing, so that it may be called from signal handlers, constructors and hooks.
#pragma once

#define UNW_LOCAL_ONLY
#include <libunwind.h>

#include <cstdint>
#include <cstdio>

#include "preload/unwind/unwind.h"

// A function that stays a function of its own.
#if __has_attribute(noclone)
#define KEEP __attribute__((noinline, noclone))
#else
#define KEEP __attribute__((noinline))
#endif

namespace dregs {

// Index of a module by its link map, in order of first sight.
inline std::uint32_t identify_for_test(void*, const LoadedObject& object) {
    static const void* seen[256];
    for (std::uint32_t i = 1; i < 256; ++i) {
        if (seen[i] == nullptr) seen[i] = object.link_map;
        if (seen[i] == object.link_map) return i;
    }
    return format::kNoModule;
}

inline Unwinder& test_unwinder() {
    static Unwinder unwinder;  // zero bytes
    unwinder.identify_with(identify_for_test, nullptr);
    return unwinder;
}

struct WalkPair {
    static constexpr std::uint32_t kMost = format::kMaxFrames;

    Walk walk;
    std::uint64_t ours[kMost];
    std::uint32_t full_frames;  // by step_registers alone
    std::uint64_t full[kMost];
    std::uint32_t oracle_frames;
    std::uint64_t oracle[kMost];

    // Frames, pcs and exact flags agree in all three.
    bool agree() const {
        if (walk.frames != oracle_frames || walk.frames != full_frames) return false;
        for (std::uint32_t i = 0; i < walk.frames; ++i) {
            if (format::location_pc(ours[i]) != format::location_pc(oracle[i])) return false;
            if (format::location_exact(ours[i]) != format::location_exact(oracle[i])) return false;
            if ((ours[i] & ~(std::uint64_t{0xFFFF} << 48)) != full[i]) return false;
        }
        return true;
    }
    void print() const {
        std::printf("ours %u frames (root %u), full %u, oracle %u\n", walk.frames, walk.root, full_frames,
                    oracle_frames);
        for (std::uint32_t i = 0; i < walk.frames || i < oracle_frames || i < full_frames; ++i) {
            if (i > 40) break;
            std::printf("  %2u  %012llx%s  %012llx  %012llx%s\n", i, pc(ours, walk.frames, i),
                        exact(ours, walk.frames, i), pc(full, full_frames, i), pc(oracle, oracle_frames, i),
                        exact(oracle, oracle_frames, i));
        }
    }

  private:
    static unsigned long long pc(const std::uint64_t* list, std::uint32_t count, std::uint32_t i) {
        return i < count ? format::location_pc(list[i]) : 0;
    }
    static const char* exact(const std::uint64_t* list, std::uint32_t count, std::uint32_t i) {
        return i < count && format::location_exact(list[i]) ? "!" : " ";
    }
};

inline void walk_by_full_steps(RegisterFile registers, const Registers& start, WalkPair& out, std::uint32_t limit) {
    ReadablePages pages;
    bool exact = true;
    bool reached = false;
    out.full_frames = 0;
    for (Step step = Step::kCaller; step == Step::kCaller && out.full_frames < limit;) {
        const std::uint64_t pc = registers.value[kReturnAddress];
        reached = reached || registers.value[kRsp] == start.sp;
        if (pc == 0) return;
        if (reached) out.full[out.full_frames++] = format::make_location(pc, 0, exact);
        LoadedObject object;
        if (!find_object(exact ? pc : pc - 1, &object)) return;
        step = step_registers({object.map_start, object.map_end, object.eh_frame_hdr, &pages}, &registers, &exact);
    }
}

inline void walk_by_oracle(unw_context_t* context, WalkPair& out, std::uint32_t limit) {
    unw_cursor_t cursor;
    unw_set_caching_policy(unw_local_addr_space, UNW_CACHE_NONE);
    unw_init_local(&cursor, context);
    out.oracle_frames = 0;
    while (out.oracle_frames < limit && unw_step(&cursor) > 0) {
        unw_word_t pc = 0;
        unw_get_reg(&cursor, UNW_REG_IP, &pc);
        if (pc == 0) break;
        const bool interrupted = unw_is_signal_frame(&cursor) > 0;  // it says so of the frame after the handler's
        out.oracle[out.oracle_frames++] = format::make_location(pc, 0, interrupted);
    }
}

// All three walks from the caller of this function outwards.
__attribute__((noinline)) inline void walk_here(WalkPair& out, std::uint32_t limit = 1000) {
    const Registers start = DREGS_CAPTURE_CALLER();
    RegisterFile registers;
    unw_context_t context;
    capture_registers(&registers);
    unw_getcontext(&context);
    out.walk = test_unwinder().walk(start, out.ours, limit);
    walk_by_full_steps(registers, start, out, limit);
    walk_by_oracle(&context, out, limit);
}

// The same for a test's body: fails where they differ or where the stack is not whole.
#define EXPECT_WALKS_AGREE(pair)                                   \
    do {                                                           \
        EXPECT_EQ((pair).walk.root, ::dregs::format::kStackWhole); \
        EXPECT_GT((pair).walk.frames, 2u);                         \
        EXPECT_TRUE((pair).agree());                               \
        if (!(pair).agree()) (pair).print();                       \
    } while (false)

}  // namespace dregs
