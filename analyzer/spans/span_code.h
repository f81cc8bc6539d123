// The machine code of a span library: copied out of this program, it runs at any address. See span_code.cpp.
#pragma once

#include <absl/types/span.h>

#include <cstddef>
#include <cstdint>

namespace dregs::span_code {

// All of it but the entries, one for each function, that stand behind it.
absl::Span<const std::uint8_t> bytes();

// Offsets in it.
std::size_t cross();  // what each entry jumps to, with its span in r11
std::size_t start();  // the library's constructor
std::size_t next();   // dregs_span_next

// Places of four bytes that take the distance from behind themselves to the library's dregs_span_header.
absl::Span<const std::size_t> header_references();

// Where cross() has its frame, and where it has given it up.
struct Frame {
    std::size_t pushed;
    std::size_t made;
    std::size_t left;
    std::size_t end;
};
Frame frame_of_cross();

// Where start() and next() have one word more on the stack.
struct Pushed {
    std::size_t begin;
    std::size_t pushed;
    std::size_t popped;
    std::size_t end;
};
Pushed pushed_by_start();
Pushed pushed_by_next();

}  // namespace dregs::span_code
