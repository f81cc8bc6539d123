// dregs import FILE -o TRACE: another tool's list of live blocks as a trace.
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <map>

#include "analyzer/commands/command.h"
#include "analyzer/import/cjdns_snapshot.h"
#include "analyzer/import/umdh_log.h"
#include "analyzer/output/escape.h"
#include "analyzer/symbols/frame.h"
#include "analyzer/trace/error.h"
#include "analyzer/trace/new_file.h"
#include "dregs/trace_format.h"

namespace dregs {
namespace {

enum class ForeignFormat { kAuto, kCjdns, kUmdh };

struct ImportArguments {
    std::string file;
    std::string output;
    ForeignFormat format = ForeignFormat::kAuto;
};

// server.memdump -> ./server.dregs
std::string default_output(const std::string& file) {
    const std::string name(file == "-" ? "import" : display_name(file));
    const std::size_t dot = name.rfind('.');
    return absl::StrCat(dot == std::string::npos || dot == 0 ? name : name.substr(0, dot), ".dregs");
}

// What is no list of another tool's, but known.
void refuse_known(const TextLines& lines) {
    if (lines.start() == std::string(format::kMagic, sizeof format::kMagic))
        throw Error(lines.name() + " is a dregs trace already");
    if (absl::StartsWith(lines.start(), "\x1f\x8b"))
        throw Error(lines.name() + " is compressed by gzip: zcat FILE | dregs import - -o TRACE");
}

std::vector<std::uint8_t> read_foreign(TextLines& lines, ForeignFormat format) {
    refuse_known(lines);
    for (std::string_view line; lines.next(line);) {
        if (format != ForeignFormat::kUmdh && begins_cjdns_snapshot(line)) return import_cjdns_snapshot(lines, line);
        if (format != ForeignFormat::kCjdns && belongs_to_umdh_log(line)) return import_umdh_log(lines, line);
    }
    throw Error(absl::StrCat(lines.name(), " holds no cjdns memory snapshot and no umdh log"));
}

void import(const ImportArguments& arguments, Invocation& invocation) {
    TextLines lines(arguments.file);
    const std::vector<std::uint8_t> trace = read_foreign(lines, arguments.format);
    NewFile file(arguments.output.empty() ? default_output(arguments.file) : arguments.output);
    file.write_sparse(0, trace);
    file.keep(trace.size());
    invocation.out << escape_text(file.path()) << '\n';
}

}  // namespace

void add_import(CLI::App& app, Invocation& invocation) {
    CLI::App* command = app.add_subcommand("import", "Make a trace of a cjdns memory snapshot or of a umdh log");
    auto arguments = std::make_shared<ImportArguments>();
    command->add_option("file", arguments->file, "The snapshot or log; - is standard input")
        ->required()
        ->type_name("FILE");
    command
        ->add_option("-o,--output", arguments->output,
                     "The trace (default: NAME.dregs here); one that exists is kept, and .2 goes before the suffix")
        ->type_name("TRACE");
    const std::map<std::string, ForeignFormat> formats{
        {"auto", ForeignFormat::kAuto}, {"cjdns", ForeignFormat::kCjdns}, {"umdh", ForeignFormat::kUmdh}};
    command->add_option("--format", arguments->format, "auto, cjdns or umdh (default: what the first lines say)")
        ->transform(CLI::CheckedTransformer(formats, CLI::ignore_case).description(""))
        ->type_name("FORMAT");
    command->callback([arguments, &invocation] { import(*arguments, invocation); });
}

}  // namespace dregs
