// See line_program.h. run -> run_special, run_standard, run_extended -> add_row; then sort.
#include "analyzer/symbols/line_program.h"

#include <dwarf.h>

#include <algorithm>

namespace dregs {
namespace {

constexpr std::uint32_t kMostColumn = (1u << 31) - 1;

}  // namespace

LineProgram::LineProgram(const LineSections& sections, std::uint64_t offset, ModuleBudget& budget) {
    if (!header_.read(sections, offset, budget)) return;
    run(budget);
    sort(budget);
}

void LineProgram::run(ModuleBudget& budget) {
    DwarfBytes program(header_.program());
    while (program.good() && !program.at_end()) {
        budget.step();
        const unsigned opcode = program.fixed<std::uint8_t>();
        if (opcode >= header_.opcode_base) {
            run_special(opcode);
        } else if (opcode == 0) {
            run_extended(program);
        } else {
            run_standard(opcode, program);
        }
    }
}

void LineProgram::advance(std::uint64_t operations) {
    const std::uint64_t all = state_.operation + operations;
    state_.address += header_.least_instruction * (all / header_.operations);
    state_.operation = static_cast<std::uint32_t>(all % header_.operations);
}

void LineProgram::add_row(bool ends) {
    const auto small = [](std::uint64_t number) {
        return static_cast<std::uint32_t>(std::min<std::uint64_t>(number, UINT32_MAX));
    };
    rows_.push_back({state_.address, small(state_.file), static_cast<std::uint32_t>(state_.line),
                     small(state_.column) & kMostColumn, ends ? 1u : 0u});
}

void LineProgram::run_special(unsigned opcode) {
    const unsigned step = opcode - header_.opcode_base;
    const unsigned range = std::max<unsigned>(header_.line_range, 1);
    state_.line += static_cast<std::uint64_t>(header_.line_base + static_cast<int>(step % range));
    advance(step / range);
    add_row(false);
}

void LineProgram::run_standard(unsigned opcode, DwarfBytes& program) {
    switch (opcode) {
        case DW_LNS_copy:
            return add_row(false);
        case DW_LNS_advance_pc:
            return advance(program.leb());
        case DW_LNS_advance_line:
            state_.line += static_cast<std::uint64_t>(program.signed_leb());
            return;
        case DW_LNS_set_file:
            state_.file = program.leb();
            return;
        case DW_LNS_set_column:
            state_.column = program.leb();
            return;
        case DW_LNS_const_add_pc:
            return advance((255u - header_.opcode_base) / std::max<unsigned>(header_.line_range, 1));
        case DW_LNS_fixed_advance_pc:
            state_.address += program.fixed<std::uint16_t>();
            state_.operation = 0;
            return;
        default:
            for (unsigned i = 0; i < header_.operands[opcode]; ++i) program.leb();
    }
}

void LineProgram::run_extended(DwarfBytes& program) {
    DwarfBytes operation(program.take(program.leb()));
    switch (operation.fixed<std::uint8_t>()) {
        case DW_LNE_end_sequence:
            add_row(true);
            state_ = {};
            return;
        case DW_LNE_set_address:
            state_.address = operation.left() == sizeof(std::uint32_t) ? operation.fixed<std::uint32_t>()
                                                                       : operation.fixed<std::uint64_t>();
            state_.operation = 0;
            return;
        case DW_LNE_define_file:
            return header_.add_file(operation);
        default:
            return;
    }
}

// An end precedes what begins there; else the order is the program's.
void LineProgram::sort(ModuleBudget& budget) {
    budget.reserve(rows_.size() * sizeof(Row));
    const auto precedes = [](const Row& a, const Row& b) {
        return a.address != b.address ? a.address < b.address : a.ends > b.ends;
    };
    if (!std::is_sorted(rows_.begin(), rows_.end(), precedes)) std::stable_sort(rows_.begin(), rows_.end(), precedes);
    budget.look();
}

const LineProgram::Row* LineProgram::find(std::uint64_t address) const {
    const auto after = std::upper_bound(rows_.begin(), rows_.end(), address,
                                        [](std::uint64_t a, const Row& row) { return a < row.address; });
    if (after == rows_.begin() || (after - 1)->ends) return nullptr;
    return &*(after - 1);
}

}  // namespace dregs
