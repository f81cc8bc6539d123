// The options of the recording, from options.inc: for `dregs run` they become the environment of the traced program.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dregs {

class RecordingOptions {
  public:
    void add_to(CLI::App& command);
    // The program's environment: ours, the options given, and these libraries, the shim first, in front of what
    // LD_PRELOAD had.
    std::vector<std::string> environment(const std::vector<std::string>& preloaded) const;
    // DREGS_OUTPUT as the program will see it.
    std::string output_pattern() const;

  private:
    std::map<std::string, std::string> given_;  // variable -> value, only what stood on the command line
};

}  // namespace dregs
