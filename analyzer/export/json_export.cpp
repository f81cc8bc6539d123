// See json_export.h.
#include "analyzer/export/json_export.h"
#include "analyzer/export/build_id.h"

#include <algorithm>

#include "analyzer/analysis/frame_table.h"
#include "analyzer/export/allocated_stacks.h"
#include "analyzer/export/kind_sums.h"
#include "analyzer/export/stack_walk.h"
#include "analyzer/output/json_stream.h"

namespace dregs {
namespace {

constexpr std::size_t kProgressEvery = 256;
constexpr int kVersion = 1;

class JsonExport {
  public:
    JsonExport(std::ostream& out, Profile& profile, const ExportOptions& options)
        : json_(out),
          profile_(profile),
          options_(options),
          sampled_(profile.sample_bytes() != 0),
          stacks_(profile, options.filter, options.sort) {}

    void write(const Symbolizer& symbolizer);

  private:
    void write_facts();
    void write_modules();
    void write_kinds();
    void write_stacks();
    void write_allocated();
    void write_frames();
    Json frame_numbers(std::uint32_t stack);
    Json held_json(const Estimate& live, const Estimate& outlived) const;
    Json stack_json(const StackEntry& entry);

    JsonStream json_;
    Profile& profile_;
    const ExportOptions& options_;
    bool sampled_;
    StackProfile stacks_;
    FrameTable frames_;
};

void JsonExport::write_facts() {
    json_.member("format", "dregs-export");
    json_.member("format_version", kVersion);
    json_.member("trace", trace_json(profile_));
    json_.member("sample_bytes", profile_.sample_bytes());
    json_.member("totals", totals_json(profile_.totals()));
    json_.member("loss", loss_json(profile_.loss()));
    json_.member("exported", held_json(stacks_.live(), stacks_.outlived()));
}

void JsonExport::write_modules() {
    json_.begin_array("modules");
    const Trace& trace = profile_.trace();
    for (const format::Module& module : trace.modules()) {
        if (module.state == format::ModuleState::kFree) continue;
        json_.element({{"path", std::string(trace.string(module.path))},
                       {"build_id", build_id_text(module)},
                       {"begin", module.begin},
                       {"end", module.end},
                       {"bias", module.bias},
                       {"main", (module.flags & format::kModuleMain) != 0},
                       {"unloaded", module.state == format::ModuleState::kUnloaded}});
    }
    json_.end_array();
}

void JsonExport::write_kinds() {
    json_.begin_array("kinds");
    for (const KindSums& sums : sum_kinds(profile_.trace())) {
        const bool nested = profile_.trace().kinds().find(sums.parent) != nullptr;
        json_.element({{"name", profile_.kind_name(sums.kind)},
                       {"parent", nested ? profile_.kind_name(sums.parent) : ""},
                       {"entered", sums.entered},
                       {"left", sums.left},
                       {"clean", sums.clean}});
    }
    json_.end_array();
}

Json JsonExport::held_json(const Estimate& live, const Estimate& outlived) const {
    Json json{{"live_blocks", live.blocks()},
              {"live_bytes", live.bytes()},
              {"outlived_blocks", outlived.blocks()},
              {"outlived_bytes", outlived.bytes()}};
    add_error_json(json, live, sampled_);
    return json;
}

Json JsonExport::frame_numbers(std::uint32_t stack) {
    Json numbers = Json::array();
    for (const Frame* frame : frames_in_place(profile_.namer(), stack)) numbers.push_back(frames_.number(*frame));
    return numbers;
}

Json JsonExport::stack_json(const StackEntry& entry) {
    Json json = held_json(entry.live, entry.outlived);
    json["oldest_cs"] = entry.oldest_cs;
    json["cut"] = profile_.namer().cut_reason(entry.stack);
    json["frames"] = frame_numbers(entry.stack);
    Json& shares = json["shares"] = Json::array();
    for (const StackShare& share : stacks_.shares(entry)) {
        const SharedThread& thread = stacks_.threads()[share.thread];
        Json part{{"scope", profile_.kind_name(share.kind)}, {"thread", thread.name}, {"tid", thread.tid}};
        part.update(held_json(share.live, share.outlived));
        shares.push_back(std::move(part));
    }
    return json;
}

void JsonExport::write_stacks() {
    json_.begin_array("stacks");
    const std::vector<StackEntry>& entries = stacks_.stacks();
    for (std::size_t i = 0; i < entries.size(); ++i) {
        json_.element(stack_json(entries[i]));
        if (options_.progress && i % kProgressEvery == 0) options_.progress(i, entries.size());
    }
    json_.end_array();
}

void JsonExport::write_allocated() {
    if (!knows_allocated(profile_, options_.filter)) return;
    json_.begin_array("allocated");
    each_allocated(profile_, options_.filter, [&](std::uint32_t stack, const LedgerRow& row) {
        const Estimate allocated = row.allocated();
        json_.element({{"allocated_blocks", allocated.blocks()},
                       {"allocated_bytes", allocated.bytes()},
                       {"released_blocks", row.released.blocks()},
                       {"released_bytes", row.released.bytes()},
                       {"frames", frame_numbers(stack)}});
    });
    json_.end_array();
}

void JsonExport::write_frames() {
    json_.begin_array("frames");
    for (const Frame* frame : frames_.frames()) json_.element(frame_json(*frame));
    json_.end_array();
}

void JsonExport::write(const Symbolizer& symbolizer) {
    write_facts();
    write_modules();
    write_kinds();
    write_stacks();
    write_allocated();
    write_frames();
    json_.member("warnings", symbolizer.warnings());
    json_.finish();
}

}  // namespace

void write_json_export(std::ostream& out, Profile& profile, const ExportOptions& options,
                       const Symbolizer& symbolizer) {
    JsonExport(out, profile, options).write(symbolizer);
}

}  // namespace dregs
