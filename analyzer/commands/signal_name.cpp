// See signal_name.h.
#include "analyzer/commands/signal_name.h"

#include <absl/strings/numbers.h>
#include <absl/strings/strip.h>
#include <signal.h>

#include <absl/strings/string_view.h>
#include <cstring>

namespace dregs {
namespace {

// "", "+1": how far from the end of the range that was named.
int real_time_signal(int base, absl::string_view offset) {
    int distance = 0;
    if (offset.empty()) return base;
    if (!absl::SimpleAtoi(offset, &distance)) return 0;
    const int signal = base + distance;
    return signal >= SIGRTMIN && signal <= SIGRTMAX ? signal : 0;
}

}  // namespace

int signal_by_name(const std::string& name) {
    int number = 0;
    if (absl::SimpleAtoi(name, &number)) return number > 0 && number <= SIGRTMAX ? number : 0;
    absl::string_view text = name;
    absl::ConsumePrefix(&text, "SIG");
    if (absl::ConsumePrefix(&text, "RTMIN")) return real_time_signal(SIGRTMIN, text);
    if (absl::ConsumePrefix(&text, "RTMAX")) return real_time_signal(SIGRTMAX, text);
    for (int signal = 1; signal < SIGRTMIN; ++signal) {
        const char* known = ::sigabbrev_np(signal);
        if (known && text == known) return signal;
    }
    return 0;
}

}  // namespace dregs
