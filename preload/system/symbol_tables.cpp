// See symbol_tables.h.
#include "preload/system/symbol_tables.h"

#include "preload/system/text.h"

namespace dregs {

struct GnuHash {
    std::uint32_t buckets, first_symbol, filter_words, filter_shift;
    // Behind it: the filter's words, the buckets, and the chains: a hash for each symbol from first_symbol on.
};

struct SysvHash {
    std::uint32_t buckets, symbols;
    // Behind it: the buckets, and for each symbol the next one of its bucket; 0 ends it.
};

namespace {

constexpr ElfW(Versym) kHidden = 0x8000;
constexpr ElfW(Versym) kFirstNewer = 3;  // what objects without versions are bound to lies below

std::uint32_t gnu_hash_of(const char* name) {
    std::uint32_t hash = 5381;
    for (; *name; ++name) hash = hash * 33 + static_cast<unsigned char>(*name);
    return hash;
}

std::uint32_t sysv_hash_of(const char* name) {
    std::uint32_t hash = 0;
    for (; *name; ++name) {
        hash = (hash << 4) + static_cast<unsigned char>(*name);
        const std::uint32_t high = hash & 0xf0000000;
        hash = (hash ^ (high >> 24)) & ~high;
    }
    return hash;
}

}  // namespace

SymbolTables::SymbolTables(ElfW(Addr) base, const ElfW(Dyn) * dynamic) {
    for (const ElfW(Dyn)* entry = dynamic; entry && entry->d_tag != DT_NULL; ++entry) {
        const void* address = address_in(base, *entry);
        if (entry->d_tag == DT_GNU_HASH) gnu_hash_ = static_cast<const GnuHash*>(address);
        if (entry->d_tag == DT_HASH) sysv_hash_ = static_cast<const SysvHash*>(address);
        if (entry->d_tag == DT_SYMTAB) symbols_ = static_cast<const ElfW(Sym)*>(address);
        if (entry->d_tag == DT_STRTAB) names_ = static_cast<const char*>(address);
        if (entry->d_tag == DT_VERSYM) versions_ = static_cast<const ElfW(Versym)*>(address);
        if (entry->d_tag == DT_VERDEF) definitions_ = static_cast<const ElfW(Verdef)*>(address);
    }
}

// Null: the object defines no version of this number.
const char* SymbolTables::version_name(unsigned version) const {
    for (const ElfW(Verdef)* definition = definitions_; definition;) {
        const char* at = reinterpret_cast<const char*>(definition);
        if (definition->vd_ndx == version && (definition->vd_flags & VER_FLG_BASE) == 0)
            return names_ + reinterpret_cast<const ElfW(Verdaux)*>(at + definition->vd_aux)->vda_name;
        if (definition->vd_next == 0) return nullptr;
        definition = reinterpret_cast<const ElfW(Verdef)*>(at + definition->vd_next);
    }
    return nullptr;
}

// What the loader asks of a definition of the right name.
bool SymbolTables::has_version(std::uint32_t number, const char* version) const {
    if (!versions_) return true;
    const unsigned of_symbol = versions_[number] & ~unsigned{kHidden};
    const bool hidden = (versions_[number] & kHidden) != 0;
    if (!version) return of_symbol < kFirstNewer || !hidden;
    const char* name = version_name(of_symbol);
    return name ? text_equal(name, version) : !hidden;
}

bool SymbolTables::defines(std::uint32_t number, const char* name) const {
    const ElfW(Sym)& candidate = symbols_[number];
    return candidate.st_shndx != SHN_UNDEF && candidate.st_value != 0 && text_equal(names_ + candidate.st_name, name);
}

template <typename Matches>
std::uint32_t SymbolTables::find_by_gnu_hash(const char* name, Matches matches) const {
    if (gnu_hash_->buckets == 0) return 0;
    const auto* filter = reinterpret_cast<const ElfW(Addr)*>(gnu_hash_ + 1);
    const auto* buckets = reinterpret_cast<const std::uint32_t*>(filter + gnu_hash_->filter_words);
    const std::uint32_t* chains = buckets + gnu_hash_->buckets;
    const std::uint32_t hash = gnu_hash_of(name);
    std::uint32_t number = buckets[hash % gnu_hash_->buckets];
    if (number < gnu_hash_->first_symbol) return 0;
    for (;; ++number) {
        const std::uint32_t found = chains[number - gnu_hash_->first_symbol];
        if ((found | 1) == (hash | 1) && defines(number, name) && matches(number)) return number;
        if ((found & 1) != 0) return 0;  // the last of its bucket
    }
}

template <typename Matches>
std::uint32_t SymbolTables::find_by_sysv_hash(const char* name, Matches matches) const {
    if (sysv_hash_->buckets == 0) return 0;
    const auto* buckets = reinterpret_cast<const std::uint32_t*>(sysv_hash_ + 1);
    const std::uint32_t* next = buckets + sysv_hash_->buckets;
    std::uint32_t number = buckets[sysv_hash_of(name) % sysv_hash_->buckets];
    for (; number != 0 && number < sysv_hash_->symbols; number = next[number]) {
        if (defines(number, name) && matches(number)) return number;
    }
    return 0;
}

template <typename Matches>
std::uint32_t SymbolTables::find_if(const char* name, Matches matches) const {
    if (!symbols_ || !names_) return 0;
    if (gnu_hash_) return find_by_gnu_hash(name, matches);
    return sysv_hash_ ? find_by_sysv_hash(name, matches) : 0;
}

std::uint32_t SymbolTables::find_any(const char* name) const {
    return find_if(name, [](std::uint32_t) { return true; });
}

std::uint32_t SymbolTables::find(const char* name, const char* version) const {
    return find_if(name, [&](std::uint32_t number) { return has_version(number, version); });
}

}  // namespace dregs
