// Massif's output files, for ms_print and massif-visualizer: a snapshot of each trace, with a tree of callers below
// each site.
//
// The tree has bytes, or blocks where asked for. As in Massif, what holds less than the threshold of its snapshot is
// added up in one line. Lines of children are indented by one space more than their parent:
//
//   n2: 1337 (heap allocation functions) malloc/new/new[], --alloc-fns, etc.
//    n1: 1000 0x4711: leak (server.c:7)
//     n0: 1000 0x4800: main (server.c:9)
//    n0: 337 in 3 places, all below massif's threshold (1.00%)
//
// '#' begins a comment for ms_print, wherever it stands: in names it is \x23.
#pragma once

#include <cstdint>
#include <ostream>

#include "analyzer/export/export_options.h"

namespace dregs {

class MassifWriter {
  public:
    // `timed`: the snapshots are of one process, told by its age; else they are counted.
    MassifWriter(std::ostream& out, const ExportOptions& options, bool timed);

    // Oldest first.
    void add(Profile& profile);

  private:
    void begin(const Profile& profile);

    std::ostream& out_;
    const ExportOptions& options_;
    Measure measure_;
    bool timed_;
    std::size_t snapshots_ = 0;
};

}  // namespace dregs
