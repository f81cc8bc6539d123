// An ELF file opened for reading with libelf, which checks offsets against the file.
#pragma once

#include <gelf.h>
#include <unistd.h>

#include <string>

#include "analyzer/files/regular_file.h"

namespace dregs {

class ElfFile {
  public:
    explicit ElfFile(const std::string& path) {
        struct stat status {};
        descriptor_ = open_regular_file(path, status);
        ::elf_version(EV_CURRENT);
        if (descriptor_ >= 0) elf_ = ::elf_begin(descriptor_, ELF_C_READ, nullptr);
    }
    ~ElfFile() {
        ::elf_end(elf_);
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    ElfFile(const ElfFile&) = delete;
    ElfFile& operator=(const ElfFile&) = delete;

    Elf* get() const { return elf_; }
    // Whether it is an ELF file with a header that can be read.
    bool header(GElf_Ehdr& out) const { return elf_ && ::elf_kind(elf_) == ELF_K_ELF && ::gelf_getehdr(elf_, &out); }

  private:
    int descriptor_ = -1;
    Elf* elf_ = nullptr;
};

}  // namespace dregs
