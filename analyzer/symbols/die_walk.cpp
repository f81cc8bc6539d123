// See die_walk.h. advance -> go_to, climb.
#include "analyzer/symbols/die_walk.h"

#include <dwarf.h>

#include <cstring>

namespace dregs {
namespace {

// Where the unit of `die` ends, as its header says: the byte before must be in its section. Null: it is not.
const unsigned char* end_of_unit(Dwarf_Die die) {
    const Dwarf_Off within = dwarf_cuoffset(&die);
    const auto* const unit = static_cast<const unsigned char*>(die.addr) - within;
    std::uint32_t length = 0;
    std::uint64_t size = 0;
    std::memcpy(&length, unit, sizeof length);
    if (length == UINT32_MAX) {
        std::memcpy(&size, unit + sizeof length, sizeof size);  // 64-bit DWARF
        size += sizeof size;
    } else {
        size = length;
    }
    size += sizeof length;
    Dwarf_Half version = 0;
    std::uint8_t type = 0;
    Dwarf_Die last;
    dwarf_cu_info(die.cu, &version, &type, nullptr, nullptr, nullptr, nullptr, nullptr);
    const auto at = type == DW_UT_type && version < 5 ? dwarf_offdie_types : dwarf_offdie;
    const Dwarf_Off begin = dwarf_dieoffset(&die) - within;
    return size > within && at(dwarf_cu_getdwarf(die.cu), begin + size - 1, &last) ? unit + size : nullptr;
}

}  // namespace

DieCursor::DieCursor(const Dwarf_Die& top) {
    Dwarf_Die parent = top;
    at_end_ = dwarf_child(&parent, &die_) != 0;
    end_ = at_end_ ? nullptr : end_of_unit(top);
    if (!end_ || die_.addr <= top.addr) at_end_ = true;
}

void DieCursor::go_to(const Dwarf_Die& next) {
    at_end_ = next.addr <= die_.addr;
    die_ = next;
}

// An entry of zero ends the children of an entry; what follows stands beside that.
void DieCursor::climb(const unsigned char* end_of_children) {
    const unsigned char* at = end_of_children;
    for (; at < end_ && *at == 0; ++at) {
        if (depth_-- == 0) break;
    }
    at_end_ = at >= end_ || *at == 0;
    die_ = {const_cast<unsigned char*>(at), die_.cu, nullptr, 0};
}

void DieCursor::advance(bool jump) {
    Dwarf_Die next;
    const bool has_children = dwarf_haschildren(&die_) > 0;
    if (has_children && !(jump && dwarf_hasattr(&die_, DW_AT_sibling)) && dwarf_child(&die_, &next) == 0) {
        ++depth_;
        return go_to(next);
    }
    const int missing = dwarf_siblingof(&die_, &next);
    if (missing == 0) return go_to(next);
    at_end_ = missing < 0 || !next.addr;
    if (!at_end_) climb(static_cast<const unsigned char*>(next.addr));
}

}  // namespace dregs
