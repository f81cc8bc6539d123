// The tree of scope instances and pools as text, JSON, or in cjdns' own form. Streamed: nothing of it is held.
//
//   request_server, pid 4711, ...
//   thread main (4711)   12 blocks, 3,400 B; in all 52 blocks, 9,800 B
//   | server   ...
//   | | request "GET /x"   1 block, 64 B   outlived
//   | | | 64 B at 0x5555560579e0  handle_request(int)  server.cpp:42
#pragma once

#include <ostream>

#include "analyzer/analysis/instance_blocks.h"
#include "analyzer/analysis/instance_tree.h"
#include "analyzer/analysis/profile.h"
#include "analyzer/output/report_view.h"

namespace dregs {

// What to print, and where single blocks come from; null: none are shown.
struct TreeReport {
    Profile& profile;
    const InstanceTree& tree;
    InstanceBlocks* blocks;
};

// `view.rows`: of each node's children, and of its blocks.
void print_tree_text(std::ostream& out, const TreeReport& report, const ReportView& view);
// Nodes one after the other, each after its parent, which it names by `id`.
void print_tree_json(std::ostream& out, const TreeReport& report, const ReportView& view);
// Lines as cjdns' Allocator_snapshot writes them, its last line too. Where the trace is an import of such, `dregs
// import` reads them again. A node's blocks stand before what is in it, there behind.
void print_tree_cjdns(std::ostream& out, const TreeReport& report);

}  // namespace dregs
