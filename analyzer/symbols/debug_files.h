// Where the debugging information of a module stands, when it is not in the module itself.
//
// Owns the search rules: by build-id, by .gnu_debuglink, and dwz's shared files. Every file found is verified
// (build-id, or checksum where there is none) before it is handed out. Used by ModuleSymbols.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analyzer/symbols/elf_image.h"

namespace dregs {

class DebugFiles {
  public:
    // `ask_servers`: what is not found by build-id may be fetched (see debuginfod.h).
    DebugFiles(std::vector<std::string> roots, bool ask_servers)
        : roots_(std::move(roots)), ask_servers_(ask_servers) {}

    // ROOT/.build-id/xx/yyyy.debug, also without `.debug` (a link to the module itself). Null: not there.
    std::shared_ptr<ElfImage> by_build_id(const BuildId& id) const;

    // The same from a server.
    std::shared_ptr<ElfImage> fetched(const BuildId& id) const;

    // What the .gnu_debuglink of a module whose path was `module_path` means. Null: not there, or another build.
    std::shared_ptr<ElfImage> by_link(const ElfImage& module, const std::string& module_path) const;

    // dwz's file that `user`, a file with DWARF, refers to by `name` and build-id.
    std::shared_ptr<ElfImage> shared(const ElfImage& user, const std::string& name, const BuildId& id) const;

  private:
    std::vector<std::string> roots_;
    bool ask_servers_;
};

}  // namespace dregs
