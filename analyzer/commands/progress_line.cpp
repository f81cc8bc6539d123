// See progress_line.h.
#include "analyzer/commands/progress_line.h"

#include <unistd.h>

#include <iostream>

#include "analyzer/output/escape.h"

namespace dregs {
namespace {

using namespace std::chrono_literals;

}  // namespace

ProgressLine::ProgressLine(std::string what, std::chrono::milliseconds silent)
    : what_(std::move(what)), terminal_(::isatty(STDERR_FILENO) == 1), next_(Clock::now() + silent) {}

ProgressLine::~ProgressLine() {
    if (shown_) std::cerr << "\r\x1b[K" << std::flush;
}

void ProgressLine::show(std::uint64_t done, std::uint64_t total) {
    if (!terminal_ || Clock::now() < next_) return;
    std::cerr << '\r' << escape_text(what_);
    if (total > 0) std::cerr << ": " << done * 100 / total << " %";
    std::cerr << "\x1b[K" << std::flush;
    shown_ = true;
    next_ = Clock::now() + 200ms;
}

}  // namespace dregs
