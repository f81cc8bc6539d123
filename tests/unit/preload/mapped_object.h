// An ELF file's segments laid out in memory as the loader would, without running it: test material for the CFI code.
#pragma once

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "preload/unwind/cfi.h"

namespace dregs {

class MappedObject {
  public:
    explicit MappedObject(const std::string& path) {
        const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (file < 0) return;
        load(file);
        close(file);
    }
    ~MappedObject() {
        if (base_ != 0) munmap(reinterpret_cast<void*>(base_), bytes_);
    }
    MappedObject(const MappedObject&) = delete;
    MappedObject& operator=(const MappedObject&) = delete;

    bool loaded() const { return base_ != 0; }
    // Run-time address minus the file's.
    std::uintptr_t bias() const { return base_ - low_; }
    CodeImage image() const { return {base_, base_ + image_bytes_, header_, nullptr}; }
    // Address ranges of code, in the file's own addresses.
    const std::vector<std::pair<std::uint64_t, std::uint64_t>>& code() const { return code_; }
    std::uint8_t* header() const { return header_; }

  private:
    void load(int file) {
        Elf64_Ehdr ehdr{};
        if (pread(file, &ehdr, sizeof ehdr, 0) != sizeof ehdr || std::memcmp(ehdr.e_ident, ELFMAG, SELFMAG) != 0)
            return;
        std::vector<Elf64_Phdr> segments(ehdr.e_phnum);
        const std::size_t table_bytes = segments.size() * sizeof(Elf64_Phdr);
        if (pread(file, segments.data(), table_bytes, static_cast<off_t>(ehdr.e_phoff)) !=
            static_cast<ssize_t>(table_bytes))
            return;
        reserve(segments);
        for (const Elf64_Phdr& segment : segments) place(file, segment);
    }

    // One inaccessible page follows the image: reading beyond it does not go unnoticed.
    void reserve(const std::vector<Elf64_Phdr>& segments) {
        constexpr std::uint64_t kPage = 4096;
        std::uint64_t high = 0;
        low_ = ~std::uint64_t{0};
        for (const Elf64_Phdr& segment : segments) {
            if (segment.p_type != PT_LOAD) continue;
            low_ = std::min(low_, segment.p_vaddr & ~(kPage - 1));
            high = std::max(high, segment.p_vaddr + segment.p_memsz);
        }
        image_bytes_ = (high - low_ + kPage - 1) & ~(kPage - 1);
        bytes_ = image_bytes_ + kPage;
        void* memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) return;
        base_ = reinterpret_cast<std::uintptr_t>(memory);
        mprotect(static_cast<char*>(memory) + image_bytes_, kPage, PROT_NONE);
    }

    void place(int file, const Elf64_Phdr& segment) {
        auto* to = reinterpret_cast<std::uint8_t*>(bias() + segment.p_vaddr);
        if (segment.p_type == PT_GNU_EH_FRAME) header_ = to;
        if (segment.p_type != PT_LOAD) return;
        if (pread(file, to, segment.p_filesz, static_cast<off_t>(segment.p_offset)) < 0) return;
        if ((segment.p_flags & PF_X) != 0) code_.emplace_back(segment.p_vaddr, segment.p_vaddr + segment.p_filesz);
    }

    std::uintptr_t base_ = 0;
    std::uint64_t low_ = 0;
    std::size_t bytes_ = 0;
    std::size_t image_bytes_ = 0;
    std::uint8_t* header_ = nullptr;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> code_;
};

}  // namespace dregs
