// "reading server.4711.dregs: 45 %" on a terminal, after the first second; wiped when done.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace dregs {

class ProgressLine {
  public:
    explicit ProgressLine(std::string what);
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(std::uint64_t done, std::uint64_t total);

  private:
    using Clock = std::chrono::steady_clock;

    std::string what_;
    bool terminal_;
    bool shown_ = false;
    Clock::time_point next_;
};

}  // namespace dregs
