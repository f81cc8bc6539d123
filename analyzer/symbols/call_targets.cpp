// See call_targets.h. find -> called (through a stub of the linkage table) -> imported_at (slot -> relocation ->
// symbol)
#include "analyzer/symbols/call_targets.h"

#include <cstring>

namespace dregs {
namespace {

constexpr std::uint64_t kIndirectCall = 6;  // ff 15 rel32: call *slot(%rip)
constexpr std::size_t kStubBytes = 16;
// More than any linker writes.
constexpr std::size_t kMostRelocations = 1u << 22;

std::uint64_t relative(std::uint64_t next, const std::uint8_t* displacement) {
    std::int32_t value = 0;
    std::memcpy(&value, displacement, sizeof(value));
    return next + static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}

// The slot that a stub of the linkage table jumps through; 0: it is none.
std::uint64_t slot_of_stub(std::uint64_t address, const std::uint8_t (&code)[kStubBytes]) {
    constexpr std::uint8_t kEndbr[] = {0xf3, 0x0f, 0x1e, 0xfa};
    std::size_t at = std::memcmp(code, kEndbr, sizeof(kEndbr)) == 0 ? sizeof(kEndbr) : 0;
    if (code[at] == 0xf2) ++at;  // bnd
    if (code[at] != 0xff || code[at + 1] != 0x25) return 0;
    return relative(address + at + 6, &code[at + 2]);
}

}  // namespace

bool CallTargets::read(std::uint64_t address, std::uint8_t* out, std::size_t bytes) const {
    return file_->read_code(address, out, bytes);
}

CallTarget CallTargets::find(std::uint64_t return_address) {
    std::uint8_t code[kIndirectCall] = {};
    if (!file_ || return_address < kIndirectCall || !read(return_address - kIndirectCall, code, sizeof(code)))
        return {};
    const std::uint64_t target = relative(return_address, &code[2]);
    if (code[1] == 0xe8) return called(target);
    if (code[0] == 0xff && code[1] == 0x15) return imported_at(target);
    return {};
}

CallTarget CallTargets::called(std::uint64_t address) {
    std::uint8_t code[kStubBytes] = {};
    if (!file_->is_code(address)) return {};
    if (read(address, code, sizeof(code))) {
        if (const std::uint64_t slot = slot_of_stub(address, code)) return imported_at(slot);
    }
    return {address, {}};
}

CallTarget CallTargets::imported_at(std::uint64_t slot) {
    if (!slots_read_) read_slots();
    slots_read_ = true;
    const auto known = slots_.find(slot);
    return known == slots_.end() ? CallTarget{} : CallTarget{0, std::string(known->second)};
}

void CallTargets::read_slots() {
    file_->for_each_import(kMostRelocations, *budget_, [this](std::uint64_t slot, std::string_view name) {
        budget_->note_text(name.size());
        slots_.emplace(slot, name.substr(0, name.find('@')));
    });
}

}  // namespace dregs
