// The options that say when snapshots are taken: --snapshot-every and so on of `dregs run`, --every and so on of `dregs
// snapshot`. Those of `run` are environment variables, too.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "analyzer/watch/snapshot_plan.h"

namespace dregs {

class TriggerOptions {
  public:
    void add_to_run(CLI::App& command);
    void add_to_snapshot(CLI::App& command);
    // Throws Error for what makes no sense.
    SnapshotPlan plan() const;
    // That asks for a snapshot; 0: none does.
    int signal() const;

  private:
    CLI::Option* add(CLI::App& command, const char* name, std::string& value, const char* type, const char* help) const;

    bool of_run_ = false;
    std::string every_;
    std::string growth_;
    std::string rss_;
    std::string signal_;
    bool exit_ = false;
    std::size_t count_ = 0;
    std::size_t keep_ = 0;
};

}  // namespace dregs
