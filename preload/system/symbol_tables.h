// An object's own symbols in memory, found by name as the loader finds them: by DT_GNU_HASH or DT_HASH, and by the
// versions (https://sourceware.org/gnu-gabi/program-loading-and-dynamic-linking.txt,
// https://www.akkadia.org/drepper/symbol-versioning). No locks, no allocation.
#pragma once

#include <link.h>

#include <cstdint>

namespace dregs {

struct GnuHash;
struct SysvHash;

class SymbolTables {
  public:
    SymbolTables(ElfW(Addr) base, const ElfW(Dyn) * dynamic);

    // The number of the function that the object itself defines; 0: it does not. Any version of it.
    std::uint32_t find_any(const char* name) const;
    // The one that a reference to this version is bound to. Null: a reference of an object that knows of no versions.
    std::uint32_t find(const char* name, const char* version) const;

    const ElfW(Sym) & symbol(std::uint32_t number) const { return symbols_[number]; }
    const char* name(std::uint32_t number) const { return names_ + symbols_[number].st_name; }
    // Of each symbol; null: the object has none.
    const ElfW(Versym) * versions() const { return versions_; }

  private:
    const char* version_name(unsigned version) const;
    bool has_version(std::uint32_t number, const char* version) const;
    bool defines(std::uint32_t number, const char* name) const;
    template <typename Matches>
    std::uint32_t find_by_gnu_hash(const char* name, Matches matches) const;
    template <typename Matches>
    std::uint32_t find_by_sysv_hash(const char* name, Matches matches) const;
    template <typename Matches>
    std::uint32_t find_if(const char* name, Matches matches) const;

    const GnuHash* gnu_hash_ = nullptr;
    const SysvHash* sysv_hash_ = nullptr;
    const ElfW(Sym) * symbols_ = nullptr;
    const char* names_ = nullptr;
    const ElfW(Versym) * versions_ = nullptr;
    const ElfW(Verdef) * definitions_ = nullptr;
};

// What an entry of an object's dynamic table points to. The loader has made addresses of what it may write to: not in
// the kernel's object, nor in those linked to be read only.
inline const void* address_in(ElfW(Addr) base, const ElfW(Dyn) & entry) {
    const ElfW(Addr) value = entry.d_un.d_ptr;
    return reinterpret_cast<const void*>(value < base ? value + base : value);
}

}  // namespace dregs
