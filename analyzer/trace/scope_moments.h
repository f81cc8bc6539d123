// What every scope record was just before the blocks were read.
//
// A live trace changes while it is read: a block may be read, freed, and its scope closed before the scope is read, and
// would look like a survivor. So the scope table is read before the blocks (here) and after them (Trace::scopes); a
// record that differs is in flux and its blocks are innocent. Owns the former half. Called by load.cpp and
// snapshot.cpp.
#pragma once

#include <cstdint>

#include "analyzer/trace/record_array.h"

namespace dregs {

class ScopeMoments {
  public:
    ScopeMoments() = default;
    ScopeMoments(const ByteSource& source, const format::Header& header);

    // Whether a pool's block is there: it counts only while it has its pool's generation and epoch.
    bool pool_holds(const format::SideBlock& block) const;

    // Whether record `index`, now `after`, is no longer what it was: a block that names it may be from before or after.
    bool in_flux(std::uint64_t index, const format::Scope& after) const;

  private:
    struct Moment {
        std::uint64_t status;
        std::uint32_t epoch;
        std::uint32_t parent;
    };
    std::uint64_t size() const { return bytes_.size() / sizeof(Moment); }
    const Moment& at(std::uint64_t index) const { return reinterpret_cast<const Moment*>(bytes_.data())[index]; }

    LazyBytes bytes_;
};

}  // namespace dregs
