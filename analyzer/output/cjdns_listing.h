// What the pipeline in cjdns' own documentation prints for a snapshot:
//
//   sed -n -e 's/.* \([a-zA-Z0-9_]*\.[ch]\:[0-9]*\) .*$/\1/p' | sort | uniq -c | sort -n
//
// One line a place, rarest first: how many blocks were allocated there, and how many allocators made. An allocator
// counts twice, by itself and as the block that holds it; the root not at all.
#pragma once

#include <ostream>

#include "analyzer/analysis/profile.h"

namespace dregs {

void print_cjdns_listing(std::ostream& out, Profile& profile);

}  // namespace dregs
