// See call_slots.h.
#include "preload/system/call_slots.h"

#include <link.h>

#include <cstdint>

#include "preload/system/atomics.h"
#include "preload/system/symbol_tables.h"
#include "preload/system/sys.h"
#include "preload/system/text.h"

namespace dregs {
namespace {

class Redirections {
  public:
    Redirections(const Redirection* list, std::size_t count) : list_(list), count_(count) {
        for (std::size_t i = 0; i < count; ++i) {
            const auto from = reinterpret_cast<std::uintptr_t>(list[i].from);
            if (from == 0) continue;
            if (from < lowest_) lowest_ = from;
            if (from > highest_) highest_ = from;
        }
    }
    bool may_have(std::uintptr_t from) const { return from >= lowest_ && from <= highest_; }
    // Null: no such name is redirected.
    const Redirection* find(const char* name) const {
        for (std::size_t i = 0; i < count_; ++i) {
            if (list_[i].from && text_equal(list_[i].name, name)) return &list_[i];
        }
        return nullptr;
    }
    template <typename Range>
    bool lie_in(const Range& range) const {
        for (std::size_t i = 0; i < count_; ++i) {
            if (range.holds(reinterpret_cast<std::uintptr_t>(list_[i].from))) return true;
        }
        return false;
    }

  private:
    const Redirection* list_;
    std::size_t count_;
    std::uintptr_t lowest_ = UINTPTR_MAX;
    std::uintptr_t highest_ = 0;
};

struct Range {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    bool holds(std::uintptr_t address) const { return address >= begin && address < end; }
};

class Object {
  public:
    explicit Object(const dl_phdr_info& info)
        : base_(info.dlpi_addr), segments_(info.dlpi_phdr), count_(info.dlpi_phnum) {
        for (std::size_t i = 0; i < count_; ++i) {
            if (segments_[i].p_type == PT_DYNAMIC)
                dynamic_ = reinterpret_cast<const ElfW(Dyn)*>(base_ + segments_[i].p_vaddr);
            if (segments_[i].p_type == PT_GNU_RELRO) sealed_ = sealed_part(segments_[i]);
            if (segments_[i].p_type == PT_LOAD && (segments_[i].p_flags & PF_X) != 0) code_ = range_of(segments_[i]);
        }
    }

    void redirect(const Redirections& redirections) {
        if (!dynamic_ || dynamic_ == _DYNAMIC) return;
        const SymbolTables symbols(base_, dynamic_);
        is_home_ = redirections.lie_in(code_);
        redirect_table(redirections, symbols, DT_JMPREL, DT_PLTRELSZ);
        redirect_table(redirections, symbols, DT_RELA, DT_RELASZ);
        if (unsealed_) sys::protect(reinterpret_cast<const void*>(sealed_.begin), sealed_.end - sealed_.begin, false);
    }

  private:
    Range range_of(const ElfW(Phdr) & segment) const {
        return {base_ + segment.p_vaddr, base_ + segment.p_vaddr + segment.p_memsz};
    }

    // Whole pages, as the loader makes them read-only.
    Range sealed_part(const ElfW(Phdr) & segment) const {
        constexpr std::uintptr_t kPageMask = 4095;
        const std::uintptr_t begin = base_ + segment.p_vaddr;
        return {begin & ~kPageMask, (begin + segment.p_memsz) & ~kPageMask};
    }

    const ElfW(Dyn) * entry(ElfW(Sxword) tag) const {
        for (const ElfW(Dyn)* entry = dynamic_; entry->d_tag != DT_NULL; ++entry) {
            if (entry->d_tag == tag) return entry;
        }
        return nullptr;
    }

    void redirect_table(const Redirections& redirections, const SymbolTables& symbols, ElfW(Sxword) table,
                        ElfW(Sxword) bytes) {
        const ElfW(Dyn)* at = entry(table);
        const ElfW(Dyn)* size = entry(bytes);
        if (!at || !size) return;
        const auto* relocations = static_cast<const ElfW(Rela)*>(address_in(base_, *at));
        for (std::size_t i = 0; i < size->d_un.d_val / sizeof *relocations; ++i) {
            if (is_of_function(relocations[i])) redirect_slot(redirections, symbols, relocations[i]);
        }
    }

    static bool is_of_function(const ElfW(Rela) & relocation) {
        const auto type = ELF64_R_TYPE(relocation.r_info);
        return type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT ||
               (type == R_X86_64_64 && relocation.r_addend == 0);
    }

    void redirect_slot(const Redirections& redirections, const SymbolTables& symbols, const ElfW(Rela) & relocation) {
        auto* slot = reinterpret_cast<std::uintptr_t*>(base_ + relocation.r_offset);
        // What has not been bound yet leads to code of the object's own.
        const bool is_unbound = is_home_ && ELF64_R_TYPE(relocation.r_info) == R_X86_64_JUMP_SLOT && code_.holds(*slot);
        if (!redirections.may_have(*slot) && !is_unbound) return;
        const auto number = static_cast<std::uint32_t>(ELF64_R_SYM(relocation.r_info));
        const Redirection* redirection = redirections.find(symbols.name(number));
        if (!redirection || (!is_unbound && reinterpret_cast<std::uintptr_t>(redirection->from) != *slot)) return;
        const void* to = is_home_ && !redirection->also_at_home ? redirection->from : redirection->to;
        if (make_writable(reinterpret_cast<std::uintptr_t>(slot)))
            store_release(*slot, reinterpret_cast<std::uintptr_t>(to));
    }

    bool make_writable(std::uintptr_t slot) {
        if (!sealed_.holds(slot)) return is_in_writable_segment(slot);
        if (!unsealed_)
            unsealed_ = sys::protect(reinterpret_cast<const void*>(sealed_.begin), sealed_.end - sealed_.begin, true);
        return unsealed_;
    }

    bool is_in_writable_segment(std::uintptr_t slot) const {
        for (std::size_t i = 0; i < count_; ++i) {
            const bool is_writable = segments_[i].p_type == PT_LOAD && (segments_[i].p_flags & PF_W) != 0;
            if (is_writable && range_of(segments_[i]).holds(slot)) return true;
        }
        return false;
    }

    ElfW(Addr) base_;
    const ElfW(Phdr) * segments_;
    std::size_t count_;
    const ElfW(Dyn) * dynamic_ = nullptr;
    Range sealed_;
    Range code_;
    bool is_home_ = false;
    bool unsealed_ = false;
};

int visit(dl_phdr_info* info, std::size_t, void* redirections) {
    Object(*info).redirect(*static_cast<const Redirections*>(redirections));
    return 0;
}

}  // namespace

void redirect_calls(const Redirection* redirections, std::size_t count) {
    Redirections all(redirections, count);
    dl_iterate_phdr(visit, &all);
}

}  // namespace dregs
