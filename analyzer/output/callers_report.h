// The callers of each kind of scope as text or JSON: where instances begin and end, and the trees of functions through
// which blocks were allocated and released.
//
//   request: 20,000 entered, 20,000 left; 200 blocks, 261.1 KiB live, 200 outlived it
//     begins at (looked at 96 times)
//       96  Server::handle_request  server.cpp:4 (server) < Server::serve_connection ...
//     allocated through
//       200 blocks, 261.1 KiB, all outlived  main > Server::work > Server::serve_connection
//       | 150 blocks, ...
#pragma once

#include <ostream>
#include <vector>

#include "analyzer/analysis/caller_tree.h"
#include "analyzer/output/report_view.h"

namespace dregs {

struct CallersReport {
    Profile& profile;
    const std::vector<KindCallers>& kinds;
    std::size_t depth;  // levels of a tree, a chain of single callers being one; 0: all
};

// `view.rows`: of each node's children, and of the places.
void print_callers_text(std::ostream& out, const CallersReport& report, const ReportView& view);
// Nodes one after the other, each after its caller, which it names by `id`.
void print_callers_json(std::ostream& out, const CallersReport& report, const ReportView& view);

}  // namespace dregs
