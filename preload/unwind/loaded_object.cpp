// _dl_find_object, or dl_iterate_phdr where that is missing. See loaded_object.h.
#include "preload/unwind/loaded_object.h"

#include <dlfcn.h>
#include <link.h>
#include <sys/auxv.h>

#include "preload/system/atomics.h"
#include "preload/system/sys.h"

#if __GLIBC_PREREQ(2, 35)
// Weak: at run time there may be an older C library than at build time.
// NOLINTNEXTLINE(readability-redundant-declaration)
extern "C" int _dl_find_object(void* address, dl_find_object* result) noexcept __attribute__((weak));
#endif

namespace dregs {
namespace {

struct Query {
    std::uintptr_t address;
    LoadedObject* object;
    bool found;
};

const ::link_map* find_link_map(const dl_phdr_info& info) {
    for (const ::link_map* map = _r_debug.r_map; map != nullptr; map = map->l_next) {
        if (map->l_addr == info.dlpi_addr && map->l_name == info.dlpi_name) return map;
    }
    return nullptr;
}

LoadedObject object_of(const ElfW(Phdr) * segments, std::size_t count, std::uintptr_t bias) {
    LoadedObject found{nullptr, ~std::uintptr_t{0}, 0, nullptr};
    for (std::size_t i = 0; i < count; ++i) {
        const ElfW(Phdr)& segment = segments[i];
        const std::uintptr_t begin = bias + segment.p_vaddr;
        const std::uintptr_t page = begin & ~std::uintptr_t{0xFFF};
        const std::uintptr_t end = begin + segment.p_memsz;
        if (segment.p_type == PT_GNU_EH_FRAME) found.eh_frame_hdr = reinterpret_cast<const std::uint8_t*>(begin);
        if (segment.p_type != PT_LOAD) continue;
        if (page < found.map_start) found.map_start = page;
        if (end > found.map_end) found.map_end = end;
    }
    return found;
}

#if __GLIBC_PREREQ(2, 35)
// Where the program lies, once that is known: it never moves.
std::uintptr_t g_program_start;
std::uintptr_t g_program_end;

// A program may have hidden its headers by now; nothing but them says where it ends.
bool find_program(const ::link_map& link_map) {
    if (load_acquire(g_program_end) != 0) return true;
    const auto* segments = reinterpret_cast<const ElfW(Phdr)*>(getauxval(AT_PHDR));
    if (segments == nullptr || !sys::can_read(reinterpret_cast<std::uintptr_t>(segments))) return false;
    const LoadedObject whole = object_of(segments, getauxval(AT_PHNUM), link_map.l_addr);
    store_relaxed(g_program_start, whole.map_start);
    store_release(g_program_end, whole.map_end);
    return true;
}

// The kernel maps the program and leaves holes between its segments; _dl_find_object then knows the one segment only.
void complete_program(LoadedObject* object) {
    if (object->link_map == nullptr || object->link_map != _r_debug.r_map) return;
    if (!find_program(*object->link_map)) return;
    if (g_program_start > object->map_start || g_program_end < object->map_end) return;
    object->map_start = g_program_start;
    object->map_end = g_program_end;
}
#endif

int visit(dl_phdr_info* info, std::size_t, void* data) {
    Query& query = *static_cast<Query*>(data);
    LoadedObject found = object_of(info->dlpi_phdr, info->dlpi_phnum, info->dlpi_addr);
    if (query.address < found.map_start || query.address >= found.map_end) return 0;
    found.link_map = find_link_map(*info);
    *query.object = found;
    query.found = true;
    return 1;
}

#if __GLIBC_PREREQ(2, 35)
bool find_without_lock(std::uintptr_t address, LoadedObject* object) {
    dl_find_object found;
    if (_dl_find_object(reinterpret_cast<void*>(address), &found) != 0) return false;
    *object = {found.dlfo_link_map, reinterpret_cast<std::uintptr_t>(found.dlfo_map_start),
               reinterpret_cast<std::uintptr_t>(found.dlfo_map_end),
               static_cast<const std::uint8_t*>(found.dlfo_eh_frame)};
    complete_program(object);
    return true;
}
#endif

}  // namespace

bool find_listed_object(std::uintptr_t address, LoadedObject* object) {
    Query query{address, object, false};
    dl_iterate_phdr(visit, &query);
    return query.found;
}

bool find_object(std::uintptr_t address, LoadedObject* object) {
#if __GLIBC_PREREQ(2, 35)
    if (_dl_find_object != nullptr) return find_without_lock(address, object);
#endif
    return find_listed_object(address, object);
}

}  // namespace dregs
