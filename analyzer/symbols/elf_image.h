// One ELF file, opened for reading: its identity, its code ranges, its links to other files.
//
// Owns the descriptor and libelf's handle. Opens regular files only, and never follows what a file says into anything
// but a regular file. Used by ModuleSymbols, DebugFiles, SymbolTable and DwarfInfo; knows nothing of DWARF.
#pragma once

#include <gelf.h>
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/symbols/elf_sections.h"

namespace dregs {

using BuildId = std::vector<std::uint8_t>;
using FileKey = std::pair<dev_t, ino_t>;  // which file it is; of none that is in memory

std::string to_hex(const BuildId& id);

class ElfImage {
  public:
    // Null where there is no readable x86-64 ELF file.
    static std::shared_ptr<ElfImage> open(const std::string& path);
    // Null where there is no readable x86-64 ELF file of any kind; kept without a descriptor, for there may be
    // thousands.
    static std::shared_ptr<ElfImage> open_part(const std::string& path);
    // Of bytes in memory: the vdso, or what was packed into another file.
    static std::shared_ptr<ElfImage> from_bytes(std::vector<std::uint8_t> bytes);
    ~ElfImage();
    ElfImage(const ElfImage&) = delete;
    ElfImage& operator=(const ElfImage&) = delete;

    const std::string& path() const { return path_; }
    Elf* handle() const { return elf_; }
    std::uint64_t file_bytes() const { return file_bytes_; }
    std::uint64_t file_mtime_ns() const { return file_mtime_ns_; }
    // What of it is no hole, for a budget that grows with files: each file once, whatever it is called.
    std::uint64_t stored_bytes() const { return stored_bytes_; }
    FileKey file_key() const { return key_; }
    const BuildId& build_id() const { return build_id_; }

    // Whether `address` (of the file's program headers) lies in code: an executable section, or an executable segment
    // where the sections were stripped.
    bool is_code(std::uint64_t address) const;
    // [begin, end) of the executable section number `index`; false: it is not one.
    bool code_section(std::size_t index, std::uint64_t& begin, std::uint64_t& end) const;

    // Bytes of code or data at an address (as above), as they stand in the file. False: they are not all there.
    bool read_code(std::uint64_t address, std::uint8_t* out, std::size_t bytes) const;
    // Tells the slots that the loader fills with the address of a function of another file, and that function's name;
    // at most `most`, and of a name only the beginning where it is longer than any is.
    void for_each_import(std::size_t most, ModuleBudget& budget,
                         const std::function<void(std::uint64_t slot, std::string_view name)>& visit) const;

    // Whether there is such a section, with contents in this file.
    bool has_section(std::string_view name) const { return find_section(name) != nullptr; }
    // Its contents as they stand in the file; empty: there is none.
    std::string_view section_bytes(std::string_view name) const;
    // The same, of a compressed section what was compressed. For whoever has asked the budget for all of them.
    std::string_view unpacked_bytes(std::string_view name);
    // Name and checksum of the separate debug file (.gnu_debuglink); empty: none.
    struct DebugLink {
        std::string name;
        std::uint32_t crc = 0;
    };
    DebugLink debug_link() const;
    // CRC-32 of the whole file, as .gnu_debuglink counts it; nothing: the file is too large to be asked.
    std::optional<std::uint32_t> crc() const;

  private:
    struct Span {
        std::uint64_t begin;
        std::uint64_t end;
    };
    ElfImage() = default;
    static std::shared_ptr<ElfImage> map(const std::string& path);
    static std::shared_ptr<ElfImage> adopt(std::shared_ptr<ElfImage> image);
    bool is_elf() const;
    bool is_module() const;
    Elf_Scn* find_section(std::string_view name) const { return dregs::find_section(elf_, name); }
    void read_loads();
    bool pread_all(std::uint64_t offset, std::uint8_t* out, std::size_t bytes) const;
    void read_sections();
    void read_segments();

    std::string path_;
    std::vector<std::uint8_t> bytes_;  // of an image that is in no file
    int fd_ = -1;
    Elf* elf_ = nullptr;
    std::uint64_t file_bytes_ = 0;
    std::uint64_t file_mtime_ns_ = 0;
    std::uint64_t stored_bytes_ = 0;
    FileKey key_{};
    BuildId build_id_;
    struct Load {
        std::uint64_t begin;  // addresses
        std::uint64_t end;    // of what is in the file
        std::uint64_t offset;
    };
    std::vector<Load> loads_;
    std::vector<Span> sections_;  // by section number; empty span: not code
    std::vector<Span> code_;      // sorted
};

}  // namespace dregs
