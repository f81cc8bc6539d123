// The functions an ELF file's symbol tables name, by address.
//
// Owns the rule "never the nearest symbol": a name holds only inside [value, value + size) and inside its section.
// Names are as they stand in the file, mangled. Used by ModuleSymbols, behind DWARF.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "analyzer/symbols/elf_image.h"
#include "analyzer/symbols/range_map.h"

namespace dregs {

class SymbolTable {
  public:
    struct Symbol {
        std::string_view name;  // lives as long as the table; version (`@GLIBC_2.2.5`) taken off
        std::uint64_t begin;
    };

    // Adds the symbols of a file; null is none. `dynamic` chooses .dynsym instead of .symtab. Returns how many.
    std::size_t add(const std::shared_ptr<ElfImage>& image, bool dynamic, ModuleBudget& budget);
    void seal(ModuleBudget& budget);

    // The symbol whose range holds `address`. Of several names for one function: exported before local, then fewer
    // leading underscores (`malloc` before `__libc_malloc`), then the shorter, then the alphabet.
    bool find(std::uint64_t address, Symbol& found) const;
    // Every name of the function that begins at `begin`, unordered.
    std::vector<std::string_view> aliases(std::uint64_t begin) const;
    bool empty() const { return entries_.empty(); }

  private:
    struct Entry {
        std::uint64_t begin;
        std::uint64_t end;
        std::string_view name;
        bool exported;
    };
    bool to_entry(const ElfImage& image, std::size_t strings, const GElf_Sym& symbol, Entry& entry) const;
    static bool precedes(const Entry& a, const Entry& b);

    std::vector<std::shared_ptr<ElfImage>> images_;
    std::vector<Entry> entries_;
    RangeMap<std::uint32_t> ranges_;
};

}  // namespace dregs
