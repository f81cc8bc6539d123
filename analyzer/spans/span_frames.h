// Unwind information of a span library's code: signal handlers may look at the stack at any moment.
#pragma once

#include <cstdint>
#include <string>

namespace dregs {

struct SpanFrames {
    std::string frames;  // .eh_frame
    std::string index;   // .eh_frame_hdr
};

// For code of `code_bytes` at address `code`; the frames will lie at `frames_at`, the index right behind them.
SpanFrames make_span_frames(std::uint64_t frames_at, std::uint64_t code, std::uint64_t code_bytes);

}  // namespace dregs
