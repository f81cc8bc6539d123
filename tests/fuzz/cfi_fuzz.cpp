// Feeds bytes to the reader of unwind sections, as if a module of the traced program held them.
//
// The first four bytes choose the pc, as a distance from the module; the rest is a module's .eh_frame_hdr and what
// follows. Crashes, hangs and reads outside of the bytes are bugs; any row and any step is right.
#include <cstdint>
#include <cstring>
#include <vector>

#include "preload/unwind/readable_pages.h"
#include "preload/unwind/register_walk.h"
#include "preload/unwind/unwind_row.h"

namespace {

// Registers that point into some stack.
dregs::RegisterFile registers_at(std::uintptr_t pc) {
    static std::uint64_t stack[512];
    dregs::RegisterFile registers{};
    for (unsigned reg = 0; reg < dregs::kRegisters; ++reg)
        registers.set(reg, reinterpret_cast<std::uintptr_t>(stack + 128 + reg));
    registers.set(dregs::kReturnAddress, pc);
    return registers;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
    if (bytes < 16) return 0;
    std::int32_t distance = 0;
    std::memcpy(&distance, data, sizeof distance);
    const std::vector<std::uint8_t> module(data + sizeof distance, data + bytes);  // ends where the heap block ends
    const auto begin = reinterpret_cast<std::uintptr_t>(module.data());
    const std::uintptr_t pc = begin + static_cast<std::uintptr_t>(std::intptr_t{distance});
    dregs::make_row({begin, begin + module.size(), module.data(), nullptr}, pc, true);
    bool exact = false;
    dregs::ReadablePages pages;
    dregs::RegisterFile registers = registers_at(pc);
    dregs::step_registers({begin, begin + module.size(), module.data(), &pages}, &registers, &exact);
    return 0;
}
