// See sqlite_export.h. write_sqlite -> SqliteExport::write -> one function a table
#include "analyzer/export/sqlite_export.h"
#include "analyzer/export/build_id.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <algorithm>

#include "analyzer/analysis/frame_table.h"
#include "analyzer/analysis/label_examples.h"
#include "analyzer/export/allocated_stacks.h"
#include "analyzer/export/kind_sums.h"
#include "analyzer/export/sqlite_file.h"
#include "analyzer/export/sqlite_schema.h"
#include "analyzer/export/stack_walk.h"
#include "analyzer/output/escape.h"
#include "analyzer/output/json_stream.h"

namespace dregs {
namespace {

constexpr std::size_t kProgressEvery = 256;

const char* state_word(format::ScopeState state) {
    if (state == format::ScopeState::kOpen) return "open";
    return state == format::ScopeState::kClosed ? "closed" : "gone";
}

class SqliteExport {
  public:
    SqliteExport(SqliteFile& file, Profile& profile, const ExportOptions& options)
        : file_(file), profile_(profile), options_(options), matcher_(options.filter, profile) {}

    void write(const Symbolizer& symbolizer);

  private:
    void write_meta(const Json& json, const std::string& prefix);
    void write_loss(const Symbolizer& symbolizer);
    void write_modules();
    void write_kinds();
    void write_live();
    void write_cell(const LiveCell& cell);
    void write_allocated();
    void add_stack(std::uint32_t stack);
    std::uint64_t frame_number(const Frame& frame);
    std::uint64_t site_number(std::uint32_t stack);
    std::uint64_t thread_number(const ScopeFacts& facts);
    bool add_scope(std::uint32_t instance);
    std::uint32_t write_scope(std::uint32_t instance, const format::Scope& scope);

    SqliteFile& file_;
    Profile& profile_;
    const ExportOptions& options_;
    FilterMatcher matcher_;
    SqliteInsert meta_{file_, "meta", 2};
    SqliteInsert loss_{file_, "loss", 3};
    SqliteInsert modules_{file_, "modules", 8};
    SqliteInsert frames_{file_, "frames", 8};
    SqliteInsert sites_{file_, "sites", 2};
    SqliteInsert stacks_{file_, "stacks", 3};
    SqliteInsert stack_frames_{file_, "stack_frames", 3};
    SqliteInsert kinds_{file_, "kinds", 6};
    SqliteInsert threads_{file_, "threads", 3};
    SqliteInsert scopes_{file_, "scopes", 8};
    SqliteInsert live_{file_, "live", 8};
    SqliteInsert allocated_{file_, "allocated", 5};
    FrameTable frame_table_;
    std::size_t frames_written_ = 0;
    absl::flat_hash_map<std::string, std::uint64_t> site_numbers_;
    absl::flat_hash_map<std::string, std::uint64_t> thread_numbers_;
    absl::flat_hash_set<std::uint32_t> stacks_written_;
    absl::flat_hash_set<std::uint32_t> scopes_written_;
};

// Members by name, those of objects in objects as "totals.live_blocks".
void SqliteExport::write_meta(const Json& json, const std::string& prefix) {
    for (const auto& [key, value] : json.items()) {
        meta_.text(prefix + key);
        if (value.is_string()) {
            meta_.text(escape_text(value.get_ref<const std::string&>()));
        } else if (value.is_number_unsigned() || value.is_boolean()) {
            meta_.number(value.is_boolean() ? value.get<bool>() : value.get<std::uint64_t>());
        } else {
            meta_.text(json_text(value));
        }
        meta_.run();
    }
}

void SqliteExport::write_loss(const Symbolizer& symbolizer) {
    const Json json = loss_json(profile_.loss());
    for (const auto& [key, value] : json.items()) {
        if (key == "notes") continue;
        loss_.text(key);
        value.is_number_unsigned() ? loss_.number(value.get<std::uint64_t>())
                                   : loss_.integer(value.get<std::int64_t>());
        loss_.null().run();
    }
    for (const std::string& note : profile_.loss().notes) loss_.text("note").null().text(escape_text(note)).run();
    for (const std::string& note : symbolizer.warnings()) loss_.text("names").null().text(escape_text(note)).run();
}

void SqliteExport::write_modules() {
    const auto& modules = profile_.trace().modules();
    for (auto it = modules.begin(); it != modules.end(); ++it) {
        const format::Module& module = *it;
        if (module.state == format::ModuleState::kFree) continue;
        modules_.number(it.index())
            .text(escape_text(profile_.trace().string(module.path)))
            .text(build_id_text(module))
            .number(module.begin)
            .number(module.end)
            .number(module.bias)
            .number((module.flags & format::kModuleMain) != 0)
            .number(module.state == format::ModuleState::kUnloaded)
            .run();
    }
}

// Kind 0, "no scope", has an empty name.
void SqliteExport::write_kinds() {
    kinds_.number(0).text("").null().null().null().null().run();
    for (const KindSums& sums : sum_kinds(profile_.trace())) {
        kinds_.number(sums.kind).text(escape_text(profile_.kind_name(sums.kind)));
        sums.parent == 0 ? kinds_.null() : kinds_.number(sums.parent);
        kinds_.number(sums.entered).number(sums.left).number(sums.clean).run();
    }
}

std::uint64_t SqliteExport::frame_number(const Frame& frame) {
    const std::uint64_t number = frame_table_.number(frame);
    if (number < frames_written_) return number;
    ++frames_written_;
    frames_.number(number)
        .text(escape_text(frame.function))
        .text(escape_text(frame.file))
        .number(static_cast<std::uint64_t>(std::max(frame.line, 0)))
        .number(static_cast<std::uint64_t>(std::max(frame.column, 0)))
        .text(escape_text(frame.module))
        .number(frame.offset)
        .number(frame.inlined)
        .run();
    return number;
}

std::uint64_t SqliteExport::site_number(std::uint32_t stack) {
    const auto [known, is_new] = site_numbers_.emplace(profile_.namer().site_key(stack), site_numbers_.size());
    if (is_new) sites_.number(known->second).number(frame_number(profile_.namer().site(stack))).run();
    return known->second;
}

void SqliteExport::add_stack(std::uint32_t stack) {
    if (!stacks_written_.insert(stack).second) return;
    stacks_.number(stack).number(site_number(stack)).text(profile_.namer().cut_reason(stack)).run();
    std::uint64_t position = 0;
    for (const Frame* frame : frames_in_place(profile_.namer(), stack)) {
        stack_frames_.number(stack).number(position++).number(frame_number(*frame)).run();
    }
}

std::uint64_t SqliteExport::thread_number(const ScopeFacts& facts) {
    const auto [known, is_new] = thread_numbers_.emplace(profile_.thread_name(facts), thread_numbers_.size());
    if (is_new) threads_.number(known->second).number(facts.tid).text(escape_text(known->first)).run();
    return known->second;
}

// Returns what it is in; 0: nothing that is still there.
std::uint32_t SqliteExport::write_scope(std::uint32_t instance, const format::Scope& scope) {
    scopes_.number(instance).number(scope.kind).text(escape_text(label_of(scope)));
    const format::Scope* parent = scope.parent == 0 ? nullptr : profile_.trace().scopes().find(scope.parent);
    const bool same = parent && scope.parent_generation == format::scope_generation(parent->status);
    same ? scopes_.number(scope.parent) : scopes_.null();
    scopes_.text(state_word(format::scope_state(scope.status)))
        .number((format::scope_flags(scope.status) & format::kScopePool) != 0)
        .number(scope.begin_cs);
    scope.end_cs == 0 ? scopes_.null() : scopes_.number(scope.end_cs);
    scopes_.run();
    return same ? scope.parent : 0;
}

// With all that it is in. False: there is none.
bool SqliteExport::add_scope(std::uint32_t instance) {
    if (instance == 0 || !profile_.trace().scopes().find(instance)) return false;
    while (instance != 0 && scopes_written_.insert(instance).second) {
        instance = write_scope(instance, profile_.trace().scopes()[instance]);
    }
    return true;
}

void SqliteExport::write_cell(const LiveCell& cell) {
    const ScopeFacts facts = profile_.scopes().facts(cell.scope);
    if (!matcher_.matches(cell.stack, facts)) return;
    add_stack(cell.stack);
    const std::uint64_t thread = thread_number(facts);
    const bool in_scope = add_scope(facts.instance);
    live_.number(cell.stack);
    in_scope ? live_.number(facts.instance) : live_.null();
    live_.number(facts.kind).number(thread);
    if (profile_.sample_bytes() == 0) {
        live_.number(cell.live.blocks()).number(cell.live.bytes());
    } else {
        live_.real(cell.live.unrounded_blocks()).real(cell.live.unrounded_bytes());
    }
    live_.number(facts.outlived).number(facts.begin_cs).run();
}

void SqliteExport::write_live() {
    const LiveSet& live = profile_.live();
    for (std::size_t i = 0; i < live.cells(); ++i) {
        write_cell(live.cell(i));
        if (options_.progress && i % kProgressEvery == 0) options_.progress(i, live.cells());
    }
}

void SqliteExport::write_allocated() {
    each_allocated(profile_, options_.filter, [&](std::uint32_t stack, const LedgerRow& row) {
        add_stack(stack);
        const Tally allocated = row.allocated().rounded(), released = row.released.rounded();
        allocated_.number(stack)
            .number(allocated.blocks)
            .number(allocated.bytes)
            .number(released.blocks)
            .number(released.bytes)
            .run();
    });
}

void SqliteExport::write(const Symbolizer& symbolizer) {
    write_meta(trace_json(profile_), "");
    write_meta(totals_json(profile_.totals()), "totals.");
    write_meta({{"sample_bytes", profile_.sample_bytes()}}, "");
    write_modules();
    write_kinds();
    write_live();
    write_allocated();
    write_loss(symbolizer);
}

}  // namespace

void write_sqlite(const std::string& path, Profile& profile, const ExportOptions& options,
                  const Symbolizer& symbolizer) {
    SqliteFile file(path);
    file.execute("BEGIN");
    file.execute(kSqliteTables);
    SqliteExport(file, profile, options).write(symbolizer);
    file.execute(kSqliteViews);
    file.execute("COMMIT");
}

}  // namespace dregs
