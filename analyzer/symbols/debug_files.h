// Where the debugging information of a module stands, when it is not in the module itself.
//
// Owns the search rules: by build-id, by .gnu_debuglink, and dwz's shared files; here, and below the sysroot or the
// root of the process. Every file found is verified (build-id, or checksum where there is none) before it is handed
// out, and every place looked at is noted in the probes. Used by ModuleSymbols.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analyzer/symbols/debuginfod.h"
#include "analyzer/symbols/elf_image.h"
#include "analyzer/symbols/file_probes.h"

namespace dregs {

class DebugFiles {
  public:
    // `servers`: what is not found by build-id may be fetched from there; null: it may not. They must outlive this.
    DebugFiles(std::vector<std::string> roots, DebugServers* servers) : roots_(std::move(roots)), servers_(servers) {}

    // ROOT/.build-id/xx/yyyy.debug, also without `.debug` (a link to the module itself). Null: not there.
    std::shared_ptr<ElfImage> by_build_id(const BuildId& id, FileProbes& probes) const;

    // The same from a server; `name` is what it is for.
    std::shared_ptr<ElfImage> fetched(const BuildId& id, const std::string& name, FileProbes& probes) const;

    // What the .gnu_debuglink of a module means that was found as `module_path` in `where`. Null: not there, or another
    // build.
    std::shared_ptr<ElfImage> by_link(const ElfImage& module, FileProbes::Where where, const std::string& module_path,
                                      FileProbes& probes) const;

    // dwz's file that `user`, a file with DWARF, refers to by `name` and build-id.
    std::shared_ptr<ElfImage> shared(const ElfImage& user, const std::string& name, const BuildId& id,
                                     FileProbes& probes) const;

    // What is where a .dwo file may be that `user`, a file with DWARF, refers to by `name` and the folder of the
    // compilation: best first, as paths to open.
    std::vector<std::string> split_places(const ElfImage& user, const std::string& folder, const std::string& name,
                                          FileProbes& probes) const;

    // The same of packages of split DWARF: beside the file with DWARF, beside the module that was found as
    // `module_path` in `where`, and in the trees of debug files.
    std::vector<std::string> package_places(const ElfImage& user, FileProbes::Where where,
                                            const std::string& module_path, const BuildId& id,
                                            FileProbes& probes) const;

  private:
    std::vector<std::string> roots_;
    DebugServers* servers_;
};

}  // namespace dregs
