// See json_stream.h.
#include "analyzer/output/json_stream.h"

namespace dregs {

// In ASCII: names come from traces, and a terminal may obey control characters beyond it, too.
std::string json_text(const Json& value) { return value.dump(-1, ' ', true, Json::error_handler_t::replace); }

void JsonStream::name(const char* name) {
    out_ << (first_member_ ? "\n" : ",\n") << "  \"" << name << "\": ";
    first_member_ = false;
}

void JsonStream::member(const char* key, const Json& value) {
    name(key);
    out_ << json_text(value);
}

void JsonStream::begin_array(const char* key) {
    name(key);
    out_ << '[';
    first_element_ = true;
}

void JsonStream::element(const Json& value) {
    out_ << (first_element_ ? "\n    " : ",\n    ") << json_text(value);
    first_element_ = false;
}

void JsonStream::end_array() { out_ << (first_element_ ? "]" : "\n  ]"); }

Json frame_json(const Frame& frame) {
    Json json{{"function", frame.function}, {"file", frame.file},     {"line", frame.line},
              {"column", frame.column},     {"module", frame.module}, {"offset", frame.offset},
              {"inlined", frame.inlined}};
    if (frame.tail_call) json["tail_call"] = true;
    return json;
}

Json frames_json(const std::vector<Frame>& frames) {
    Json list = Json::array();
    for (const Frame& frame : frames) list.push_back(frame_json(frame));
    return list;
}

Json trace_json(const Profile& profile) {
    const Trace& trace = profile.trace();
    const format::Header& header = trace.header();
    Json arguments = Json::array();
    std::string_view command = trace.string(header.command);
    while (!command.empty()) {
        const std::size_t end = std::min(command.find('\0'), command.size());
        arguments.push_back(std::string(command.substr(0, end)));
        command.remove_prefix(std::min(end + 1, command.size()));
    }
    return {{"file", trace.name()},
            {"program", std::string(trace.string(header.program))},
            {"command", std::move(arguments)},
            {"pid", header.pid},
            {"parent_pid", header.parent_pid},
            {"forked", header.forked != 0},
            {"state", liveness_word(profile.status().liveness)},
            {"running", profile.status().running()},
            {"start_realtime_ns", header.start_realtime_ns},
            {"age_cs", profile.now_cs()},
            {"snapshot_realtime_ns", header.snapshot_realtime_ns},
            {"snapshot_label", std::string(trace.string(header.snapshot_label))},
            {"consistent", (header.snapshot_flags & format::kSnapshotConsistent) != 0},
            {"host", std::string(trace.string(header.host))},
            {"allocator", std::string(trace.string(header.allocator))}};
}

Json totals_json(const Totals& totals) {
    Json json{{"live_blocks", totals.live.blocks()},
              {"live_bytes", totals.live.bytes()},
              {"alloc_calls", totals.alloc_calls},
              {"free_calls", totals.free_calls},
              {"alloc_bytes", totals.alloc_bytes},
              {"heap_blocks", totals.heap.blocks()},
              {"heap_bytes", totals.heap.bytes()},
              {"pool_blocks", totals.pooled.blocks()},
              {"pool_bytes", totals.pooled.bytes()},
              {"pool_allocs", totals.pool_allocs},
              {"pool_frees", totals.pool_frees},
              {"suppressed_blocks", totals.suppressed.blocks()},
              {"suppressed_bytes", totals.suppressed.bytes()},
              {"refused_allocs", totals.refused_allocs},
              {"passed_limits", totals.passed_limits}};
    add_error_json(json, totals.live, totals.sample_bytes != 0);
    return json;
}

Json loss_json(const Loss& loss) {
    return {{"unrecorded_allocs", loss.unrecorded_allocs},
            {"truncated_stacks", loss.truncated_stacks},
            {"unknown_frees", loss.unknown_frees},
            {"unrecorded_bytes", loss.unrecorded_bytes},
            {"inherited_frees", loss.inherited_frees},
            {"unseen_frees", loss.unseen_frees},
            {"lost_frees", loss.lost_frees},
            {"lost_markers", loss.lost_markers},
            {"unrecorded_releases", loss.unrecorded_releases},
            {"bad_leaves", loss.bad_leaves},
            {"bad_markers", loss.bad_markers},
            {"damaged_blocks", loss.damaged_blocks},
            {"in_flux_blocks", loss.in_flux_blocks},
            {"untraced_forks", loss.untraced_forks},
            {"imbalance", loss.imbalance},
            {"notes", loss.notes}};
}

void add_error_json(Json& json, const Estimate& estimate, bool sampled, const std::string& prefix) {
    if (!sampled) return;
    const Tally error = estimate.error();
    json[prefix + "count_error"] = error.blocks;
    json[prefix + "bytes_error"] = error.bytes;
    json[prefix + "sampled_blocks"] = estimate.recorded().blocks;
}

void add_profile_members(JsonStream& json, const Profile& profile) {
    json.member("trace", trace_json(profile));
    json.member("sample_bytes", profile.sample_bytes());
    json.member("totals", totals_json(profile.totals()));
    json.member("loss", loss_json(profile.loss()));
}

}  // namespace dregs
