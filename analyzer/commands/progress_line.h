// "reading server.4711.dregs: 45 %" on a terminal, after the first second or what the caller says; wiped when done.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace dregs {

class ProgressLine {
  public:
    explicit ProgressLine(std::string what, std::chrono::milliseconds silent = std::chrono::seconds(1));
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    // Without a percentage where `total`, which is 0, does not tell one.
    void show(std::uint64_t done, std::uint64_t total);

  private:
    using Clock = std::chrono::steady_clock;

    std::string what_;
    bool terminal_;
    bool shown_ = false;
    Clock::time_point next_;
};

}  // namespace dregs
