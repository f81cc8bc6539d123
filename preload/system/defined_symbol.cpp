// See defined_symbol.h.
#include "preload/system/defined_symbol.h"

#include <link.h>

#include <cstdint>

#include "preload/system/symbol_tables.h"
#include "preload/system/sys.h"

namespace dregs {

bool defines_function(const link_map& object, const char* name) {
    return SymbolTables(object.l_addr, object.l_ld).find_any(name) != 0;
}

void* find_function(const link_map& object, const char* name, const char* version) {
    const SymbolTables tables(object.l_addr, object.l_ld);
    const std::uint32_t number = tables.find(name, version);
    if (number == 0) return nullptr;
    const ElfW(Sym)& found = tables.symbol(number);
    void* address = reinterpret_cast<void*>(object.l_addr + found.st_value);
    if (ELF64_ST_TYPE(found.st_info) != STT_GNU_IFUNC) return address;
    return reinterpret_cast<void* (*)()>(address)();
}

const link_map* own_object() {
    const link_map* object = _r_debug.r_map;
    while (object && object->l_ld != _DYNAMIC) object = object->l_next;
    return object;
}

// The loader reads a symbol's version at each look-up.
bool show_function(const link_map& object, const char* name) {
    const SymbolTables tables(object.l_addr, object.l_ld);
    const std::uint32_t number = tables.find_any(name);
    if (number == 0 || !tables.versions()) return false;
    auto* version = const_cast<ElfW(Versym)*>(&tables.versions()[number]);
    if (!sys::protect(version, sizeof *version, true)) return false;
    __atomic_store_n(version, ElfW(Versym){VER_NDX_GLOBAL}, __ATOMIC_RELAXED);
    return sys::protect(version, sizeof *version, false);
}

}  // namespace dregs
