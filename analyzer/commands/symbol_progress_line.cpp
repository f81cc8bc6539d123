// See symbol_progress_line.h.
#include "analyzer/commands/symbol_progress_line.h"

#include <optional>

namespace dregs {
namespace {

using namespace std::chrono_literals;

struct Shown {
    std::string what;
    std::optional<ProgressLine> line;
};

}  // namespace

SymbolProgress show_symbol_progress() {
    return [shown = std::make_shared<Shown>()](const std::string& what, std::uint64_t done, std::uint64_t total) {
        if (what != shown->what) {
            shown->line.reset();
            if (!what.empty()) shown->line.emplace(what, 500ms);
            shown->what = what;
        }
        if (shown->line) shown->line->show(done, total);
    };
}

}  // namespace dregs
