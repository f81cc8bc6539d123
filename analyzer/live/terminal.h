// The terminal that the live view is drawn on, by ncurses: as it was when this is destroyed, whatever comes between.
#pragma once

#include <vector>

#include "analyzer/live/view.h"

namespace dregs {

class Terminal {
  public:
    // Throws Error where standard input or output is none. `colour`: where it knows any.
    explicit Terminal(bool colour);
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    bool utf8() const { return utf8_; }
    std::size_t width() const;
    std::size_t height() const;
    void draw(const std::vector<ScreenLine>& lines);
    // The next key; kNone when none came in so many milliseconds, or when only the size changed.
    KeyPress wait_for_key(int milliseconds);

  private:
    bool utf8_ = false;
};

}  // namespace dregs
