// Which function a return address was called in: read off the call instruction before it.
//
// A function that ends in a call of free is compiled to end in a jump, and its own frame is gone by then: the stack
// says its caller. The call that the caller made still says its name. Direct calls only, and those by way of the
// procedure linkage table or the global offset table; a call through a pointer says nothing. Reads the module's file
// with pread (a file that shrinks is no SIGBUS) and believes nothing in it. Used by ModuleSymbols.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "analyzer/symbols/elf_image.h"

namespace dregs {

struct CallTarget {
    std::uint64_t address = 0;  // of the function, in the same file; 0: not known, or in another
    std::string imported;       // its name, in another file: mangled, without a version; empty: not known

    bool known() const { return address != 0 || !imported.empty(); }
};

class CallTargets {
  public:
    // Null: nothing is ever found. `budget` must outlive this.
    CallTargets(std::shared_ptr<ElfImage> file, ModuleBudget& budget) : file_(std::move(file)), budget_(&budget) {}

    // `return_address` as in the file's program headers.
    CallTarget find(std::uint64_t return_address);

  private:
    CallTarget imported_at(std::uint64_t slot);
    CallTarget called(std::uint64_t address);
    bool read(std::uint64_t address, std::uint8_t* out, std::size_t bytes) const;
    void read_slots();

    std::shared_ptr<ElfImage> file_;
    ModuleBudget* budget_;
    bool slots_read_ = false;
    // Of the global offset table: whose address each holds. The names stand in the file.
    std::unordered_map<std::uint64_t, std::string_view> slots_;
};

}  // namespace dregs
