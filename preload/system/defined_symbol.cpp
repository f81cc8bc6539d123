// See defined_symbol.h.
#include "preload/system/defined_symbol.h"

#include <link.h>

#include <cstdint>

#include "preload/system/text.h"

namespace dregs {
namespace {

struct GnuHash {
    std::uint32_t buckets, first_symbol, filter_words, filter_shift;
    // Behind it: the filter's words, the buckets, and the chains: a hash for each symbol from first_symbol on.
};

struct SymbolTables {
    const GnuHash* hash;
    const ElfW(Sym) * symbols;
    const char* names;
};

std::uint32_t hash_of(const char* name) {
    std::uint32_t hash = 5381;
    for (; *name; ++name) hash = hash * 33 + static_cast<unsigned char>(*name);
    return hash;
}

// The loader has made addresses of what it may write to: not in the kernel's object, nor in those linked to be read
// only.
const void* address_of(const link_map& object, const ElfW(Dyn) & entry) {
    const ElfW(Addr) value = entry.d_un.d_ptr;
    return reinterpret_cast<const void*>(value < object.l_addr ? value + object.l_addr : value);
}

SymbolTables tables_of(const link_map& object) {
    SymbolTables tables{};
    for (const ElfW(Dyn)* entry = object.l_ld; entry && entry->d_tag != DT_NULL; ++entry) {
        const void* address = address_of(object, *entry);
        if (entry->d_tag == DT_GNU_HASH) tables.hash = static_cast<const GnuHash*>(address);
        if (entry->d_tag == DT_SYMTAB) tables.symbols = static_cast<const ElfW(Sym)*>(address);
        if (entry->d_tag == DT_STRTAB) tables.names = static_cast<const char*>(address);
    }
    return tables;
}

}  // namespace

bool defines_function(const link_map& object, const char* name) {
    const SymbolTables tables = tables_of(object);
    if (!tables.hash || !tables.symbols || !tables.names || tables.hash->buckets == 0) return false;
    const auto* filter = reinterpret_cast<const ElfW(Addr)*>(tables.hash + 1);
    const auto* buckets = reinterpret_cast<const std::uint32_t*>(filter + tables.hash->filter_words);
    const std::uint32_t* chains = buckets + tables.hash->buckets;
    const std::uint32_t hash = hash_of(name);
    std::uint32_t symbol = buckets[hash % tables.hash->buckets];
    if (symbol < tables.hash->first_symbol) return false;
    for (;; ++symbol) {
        const std::uint32_t found = chains[symbol - tables.hash->first_symbol];
        const ElfW(Sym)& candidate = tables.symbols[symbol];
        if ((found | 1) == (hash | 1) && candidate.st_shndx != SHN_UNDEF &&
            text_equal(tables.names + candidate.st_name, name)) {
            return true;
        }
        if ((found & 1) != 0) return false;  // the last of its bucket
    }
}

}  // namespace dregs
