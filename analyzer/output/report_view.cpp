// See report_view.h.
#include "analyzer/output/report_view.h"

#include "analyzer/output/frame_text.h"

namespace dregs {

void add_stack_lines(TextTable& table, const std::vector<Frame>& frames) {
    for (std::size_t i = 1; i < frames.size(); ++i) {
        table.add_line(frame_text(frames[i], frames[i].module != frames[i - 1].module));
    }
}

}  // namespace dregs
