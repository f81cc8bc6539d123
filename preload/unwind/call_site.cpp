// Decodes what stands before a return address. See call_site.h.
//
//   was_called_from ─▶ call_before ─▶ direct (E8), through a word at a known place (FF 15), indirect (FF /2)
//                    └▶ follow_jumps: from the call's target through stubs and thunks to the function
#include "preload/unwind/call_site.h"

#include "preload/unwind/cfi.h"
#include "preload/unwind/foreign_memory.h"
#include "preload/unwind/loaded_object.h"

namespace dregs {
namespace {

constexpr std::uintptr_t kLongestCall = 7;
constexpr std::uint8_t kIndirectOpcode = 0xFF;

class Code {
  public:
    explicit Code(ReadablePages& pages) : pages_(pages) {}

    bool holds(std::uintptr_t address, unsigned bytes) const { return pages_.holds_range(address, bytes); }
    static std::uint8_t byte(std::uintptr_t address) { return static_cast<std::uint8_t>(load_foreign(address, 1)); }
    // A signed 32-bit distance that counts from the end of it.
    static std::uintptr_t relative(std::uintptr_t address) {
        const auto distance = static_cast<std::int32_t>(load_foreign(address, 4));
        return address + 4 + static_cast<std::uintptr_t>(std::intptr_t{distance});
    }
    // What the word at `address` holds; 0: it cannot be read.
    std::uintptr_t word(std::uintptr_t address) const { return holds(address, 8) ? load_foreign(address, 8) : 0; }

  private:
    ReadablePages& pages_;
};

// FF /2: a ModR/M byte whose middle field is 2 and whose form has just the bytes that lie between it and `end`.
bool is_indirect_call(std::uintptr_t at, std::uintptr_t end) {
    if (Code::byte(at) != kIndirectOpcode) return false;
    const std::uint8_t modrm = Code::byte(at + 1);
    const unsigned mode = modrm >> 6;
    const bool has_index = mode != 3 && (modrm & 7) == 4;
    if ((modrm >> 3 & 7) != 2) return false;
    if (has_index && at + 2 == end) return false;
    std::uintptr_t length = 2 + (has_index ? 1 : 0);
    if (mode == 1) length += 1;
    if (mode == 2) length += 4;
    const bool no_base = mode == 0 && ((modrm & 7) == 5 || (has_index && (Code::byte(at + 2) & 7) == 5));
    if (no_base) length += 4;
    return at + length == end;
}

bool is_code(std::uintptr_t address) {
    LoadedObject object{};
    return find_object(address, &object);
}

// How many jumps lie between a call and its function at most: a thunk, a stub.
constexpr int kMostJumps = 3;

// The target of a jump at `at`; 0: there is none. Before it there may be endbr64 or the prefix of bounds checking.
std::uintptr_t jump_at(std::uintptr_t at, const Code& code) {
    constexpr std::uint32_t kEndbr64 = 0xFA1E0FF3;
    if (!code.holds(at, 16)) return 0;
    if (load_foreign(at, 4) == kEndbr64) at += 4;
    if (Code::byte(at) == 0xF2) ++at;
    if (Code::byte(at) == 0xE9) return Code::relative(at + 1);
    const bool through_word = Code::byte(at) == kIndirectOpcode && Code::byte(at + 1) == 0x25;
    return through_word ? code.word(Code::relative(at + 2)) : 0;
}

struct Range {
    std::uintptr_t begin;
    std::uintptr_t end;
    bool holds(std::uintptr_t address) const { return address >= begin && address < end; }
};

// The function that a description covers.
bool find_function(std::uintptr_t pc, ReadablePages& pages, Range* range) {
    LoadedObject object{};
    FrameDescription frame;
    if (!find_object(pc, &object)) return false;
    const CodeImage image{object.map_start, object.map_end, object.eh_frame_hdr, &pages};
    if (!find_description(image, pc, &frame)) return false;
    *range = {frame.pc_begin, frame.pc_end};
    return true;
}

bool leads_to(std::uintptr_t target, const Range& function, const Code& code) {
    for (int jumps = 0; target != 0 && jumps <= kMostJumps; ++jumps) {
        if (function.holds(target)) return true;
        target = jump_at(target, code);
    }
    return false;
}

}  // namespace

CallSite call_before(std::uintptr_t return_address, ReadablePages& pages) {
    const Code code(pages);
    if (!code.holds(return_address - kLongestCall, kLongestCall)) return {CallSite::kUnread, 0};
    const std::uintptr_t direct = return_address - 5;
    if (Code::byte(direct) == 0xE8 && is_code(Code::relative(direct + 1)))
        return {CallSite::kDirect, Code::relative(direct + 1)};
    const std::uintptr_t through_word = return_address - 6;
    if (Code::byte(through_word) == kIndirectOpcode && Code::byte(through_word + 1) == 0x15) {
        const std::uintptr_t target = code.word(Code::relative(through_word + 2));
        if (is_code(target)) return {CallSite::kDirect, target};
    }
    for (std::uintptr_t bytes = 2; bytes <= kLongestCall; ++bytes) {
        if (is_indirect_call(return_address - bytes, return_address)) return {CallSite::kIndirect, 0};
    }
    return {CallSite::kNone, 0};
}

WasCalled was_called_from(std::uintptr_t return_address, std::uintptr_t pc, bool exact, ReadablePages& pages) {
    const CallSite call = call_before(return_address, pages);
    if (call.kind == CallSite::kNone) return WasCalled::kNo;
    Range function{};
    if (call.kind != CallSite::kDirect || !find_function(exact ? pc : pc - 1, pages, &function))
        return WasCalled::kPerhaps;
    return leads_to(call.target, function, Code(pages)) ? WasCalled::kYes : WasCalled::kNo;
}

}  // namespace dregs
