// See paged_output.h.
#include "analyzer/commands/paged_output.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>

#include "analyzer/commands/program_file.h"

namespace dregs {
namespace {

constexpr int kNotFound = 127;  // as the shell has it

bool on_terminal(const std::ostream& out) {
    const char* terminal = std::getenv("TERM");
    const bool dumb = !terminal || std::string_view(terminal) == "dumb";
    return !dumb && out.rdbuf() == std::cout.rdbuf() && ::isatty(STDOUT_FILENO) == 1;
}

std::string chosen_pager() {
    for (const char* name : {"DREGS_PAGER", "PAGER"}) {
        if (const char* value = std::getenv(name)) return std::string_view(value) == "cat" ? "" : value;
    }
    return find_program("less").empty() ? "" : "less";
}

// Lines of the terminal that the text takes. Escape sequences are taken for letters: a few lines too many at worst.
bool is_longer_than_terminal(std::string_view text) {
    winsize size{};
    ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    const std::size_t rows = size.ws_row == 0 ? 24 : size.ws_row;
    const std::size_t columns = size.ws_col == 0 ? 80 : size.ws_col;
    std::size_t lines = 0;
    while (!text.empty() && lines < rows) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines += 1 + (end == 0 ? 0 : (end - 1) / columns);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines >= rows;
}

// While the pager has the terminal: its keys are no signals to us, and its end is no reason to die.
class PagerSignals {
  public:
    PagerSignals() {
        for (int i = 0; i < kCount; ++i) former_[i] = ::signal(kSignals[i], SIG_IGN);
    }
    ~PagerSignals() {
        for (int i = 0; i < kCount; ++i) ::signal(kSignals[i], former_[i]);
    }
    PagerSignals(const PagerSignals&) = delete;
    PagerSignals& operator=(const PagerSignals&) = delete;

  private:
    static constexpr int kSignals[] = {SIGINT, SIGQUIT, SIGPIPE};
    static constexpr int kCount = sizeof(kSignals) / sizeof(kSignals[0]);
    sighandler_t former_[kCount];
};

// False when there is no such program. Less quits by itself where all fits, and lets colours through.
bool show_in(const std::string& pager, const std::string& text) {
    ::setenv("LESS", "FRX", 0);
    std::FILE* pipe = ::popen(pager.c_str(), "we");
    if (pipe == nullptr) return false;
    const PagerSignals signals;
    std::fwrite(text.data(), 1, text.size(), pipe);
    const int status = ::pclose(pipe);
    return !(WIFEXITED(status) && WEXITSTATUS(status) == kNotFound);
}

}  // namespace

void show_report(std::ostream& out, const TerminalOptions& options, absl::FunctionRef<void(std::ostream&)> print) {
    const std::string pager = !options.no_pager && on_terminal(out) ? chosen_pager() : "";
    if (pager.empty()) return print(out);
    std::ostringstream report;
    print(report);
    const std::string text = report.str();
    if (!is_longer_than_terminal(text) || !show_in(pager, text)) out << text;
}

}  // namespace dregs
