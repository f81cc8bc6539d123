// Finds the unwind description (FDE with its CIE) of a code address in a mapped object.
//
// Owns: .eh_frame_hdr's search table and the records of .eh_frame. Must not run call-frame programs (cfi_program) and
// must survive any bytes: the sections belong to the program, and tools that rewrite binaries get them wrong.
// No locks, no allocation, async-signal-safe. Called by unwind_row.cpp and register_walk.cpp.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dregs {

class ReadablePages;

// An object as it lies in memory. `pages` tells which of its pages can be read; null: all of [begin, end) can.
struct CodeImage {
    std::uintptr_t begin;
    std::uintptr_t end;
    const std::uint8_t* eh_frame_hdr;
    ReadablePages* pages;
    bool is_object = true;  // false: code outside of all objects, such as is generated

    bool holds(std::uintptr_t address, std::size_t bytes) const;
};

struct FrameDescription {
    std::uintptr_t pc_begin;
    std::uintptr_t pc_end;
    std::uint64_t code_alignment;
    std::int64_t data_alignment;
    std::uint8_t pointer_encoding;
    std::uint8_t return_register;
    bool signal_frame;
    const std::uint8_t* initial;  // the CIE's instructions
    const std::uint8_t* initial_end;
    const std::uint8_t* program;  // the FDE's
    const std::uint8_t* program_end;
};

// False: no description covers `pc`, or it cannot be understood.
bool find_description(const CodeImage& image, std::uintptr_t pc, FrameDescription* frame);

}  // namespace dregs
