// See scope_library.h.
#include "analyzer/commands/scope_library.h"

#include <absl/strings/str_cat.h>

#include <ostream>

#include "analyzer/commands/elf_exports.h"
#include "analyzer/commands/needed_libraries.h"
#include "analyzer/output/escape.h"
#include "analyzer/spans/library_store.h"
#include "analyzer/spans/span_library.h"
#include "analyzer/trace/error.h"

namespace dregs {
namespace {

// The shim's own functions come first, and what it calls itself must not come back to it.
void refuse_own_functions(const std::vector<SpanFunction>& functions, const std::string& shim) {
    const ElfExports own = read_elf_exports(shim);
    for (const SpanFunction& function : functions) {
        if (own.named.contains(function.name))
            throw Error(
                absl::StrCat("run: --scope: ", function.name, " is used by dregs itself and cannot be watched"));
    }
}

// What cannot stand in front of a name without doing harm: data, and versions that a call would be given the wrong one
// of.
void refuse_unfit(const std::string& name, const ElfExports::Definition& definition) {
    if (!definition.is_function) throw Error(absl::StrCat("run: --scope: ", name, " is no function"));
    if (definition.addresses.size() > 1)
        throw Error(absl::StrCat("run: --scope: ", name, " has several versions, which cannot be told apart"));
}

// Why calls of a function will not be seen; empty: they will, as far as files tell.
std::string reason_unseen(const std::string& name, const ElfExports& program,
                          const std::vector<ElfExports>& libraries) {
    if (program.defined.contains(name)) return "is the program's own: its calls do not leave it";
    for (const ElfExports& library : libraries) {
        const auto found = library.defined.find(name);
        if (found == library.defined.end()) continue;
        refuse_unfit(name, found->second);
        return "";
    }
    return "is exported by no library that the program is linked with: only one that comes later will be seen";
}

}  // namespace

std::string make_scope_library(const std::vector<std::string>& options, const std::string& program,
                               const std::string& shim, std::ostream& messages) {
    if (options.empty()) return "";
    std::vector<SpanDefinition> definitions;
    for (const std::string& option : options) definitions.push_back(parse_span(option));
    const std::vector<SpanFunction> functions = functions_of(definitions);
    refuse_own_functions(functions, shim);
    const ElfExports own = read_elf_exports(program);
    std::vector<ElfExports> libraries;
    for (const std::string& path : needed_library_files(program)) libraries.push_back(read_elf_exports(path));
    for (const SpanFunction& function : functions) {
        const std::string reason = reason_unseen(function.name, own, libraries);
        if (!reason.empty())
            messages << "dregs: warning: --scope: " << escape_text(function.name) << ' ' << reason << std::endl;
    }
    return store_library(make_span_library(functions));
}

}  // namespace dregs
