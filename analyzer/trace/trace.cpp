// See trace.h.
#include "analyzer/trace/trace.h"

#include <absl/strings/str_cat.h>

#include <utility>

#include "analyzer/trace/error.h"
#include "analyzer/trace/header_reader.h"

namespace dregs {

Trace::Trace(const ByteSource& source, const ScopeMoments& before, RecordArray<format::Release> releases,
             const BlockDamage& damage)
    : name_(source.name()),
      releases_(std::move(releases)),
      scope_edges_(source, read_header(source), format::kScopeEdges),
      scopes_(source, read_header(source), format::kScopes),
      header_(read_header(source)),
      node_layout_(source, header_, format::kStackNodes),
      nodes_(source, header_, format::kStackNodes),
      modules_(source, header_, format::kModules),
      kinds_(source, header_, format::kKinds),
      kind_counters_(source, header_, format::kKindCounters),
      threads_(source, header_, format::kThreads),
      notes_(source, header_, format::kNotes),
      strings_(source, read_header(source)),
      damage_(damage),
      in_flux_(scopes_.size()) {
    for (auto scope = scopes_.begin(); scope != scopes_.end(); ++scope)
        in_flux_[scope.index()] = before.in_flux(scope.index(), *scope);
}

void Trace::fail(std::uint64_t offset, const std::string& what) const { throw TraceError(name_, offset, what); }

bool Trace::has_stack(std::uint32_t stack) const {
    return stack < format::kStackRoots || (stack < nodes_.size() && nodes_[stack].location != 0);
}

format::StackRoot Trace::walk(std::uint32_t stack, absl::FunctionRef<bool(std::uint64_t)> visit) const {
    std::uint32_t node = stack;
    for (std::uint32_t frames = 0; node >= format::kStackRoots; ++frames) {
        if (!nodes_.find(node)) {
            fail(0, absl::StrCat("stack ", stack, " leads to frame ", node, " beyond the stack table"));
        }
        if (frames >= format::kMaxFrames) {
            fail(node_layout_.offset_of(node), absl::StrCat("stack ", stack, " never ends"));
        }
        if (!visit(nodes_[node].location)) return format::kStackNone;
        node = nodes_[node].parent;
    }
    return static_cast<format::StackRoot>(node);
}

}  // namespace dregs
