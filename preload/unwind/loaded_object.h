// Which loaded object holds a code address.
//
// Owns: asking the dynamic loader, without its lock where it can answer so (glibc 2.35 and later). Must not allocate.
// Called by unwind.cpp for each pc that is not in the row table yet.
#pragma once

#include <cstdint>

struct link_map;

namespace dregs {

struct LoadedObject {
    const ::link_map* link_map;  // null: not known (an old glibc, an object in another namespace)
    std::uintptr_t map_start;
    std::uintptr_t map_end;
    const std::uint8_t* eh_frame_hdr;  // null: it has none
};

// False: no object holds `address`.
bool find_object(std::uintptr_t address, LoadedObject* object);
// The same from the loader's list: takes its lock. For a glibc before 2.35.
bool find_listed_object(std::uintptr_t address, LoadedObject* object);

}  // namespace dregs
