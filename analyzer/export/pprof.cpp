// See pprof.h. write_pprof -> PprofWriter::write: types, samples one by one as they are known, tables, strings.
#include "analyzer/export/pprof.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "analyzer/analysis/rounded_parts.h"
#include "analyzer/analysis/stack_profile.h"
#include "analyzer/analysis/timeline.h"
#include "analyzer/export/allocated_stacks.h"
#include "analyzer/export/pprof_tables.h"
#include "analyzer/export/trace_remarks.h"
#include "analyzer/output/escape.h"

namespace dregs {
namespace {

namespace profile_field {
enum : std::uint32_t {
    kSampleType = 1,
    kSample = 2,
    kTimeNanos = 9,
    kDurationNanos = 10,
    kPeriodType = 11,
    kPeriod = 12,
    kComment = 13,
    kDefaultSampleType = 14
};
}
namespace value_type_field {
enum : std::uint32_t { kType = 1, kUnit = 2 };
}
namespace sample_field {
enum : std::uint32_t { kLocationId = 1, kValue = 2, kLabel = 3 };
}
namespace label_field {
enum : std::uint32_t { kKey = 1, kStr = 2, kNum = 3 };
}

constexpr std::size_t kProgressEvery = 256;
constexpr std::uint64_t kNsInCs = 10'000'000;

// The format's numbers have a sign.
std::uint64_t clamp(std::uint64_t value) {
    return std::min<std::uint64_t>(value, std::numeric_limits<std::int64_t>::max());
}

class PprofWriter {
  public:
    PprofWriter(std::ostream& out, Profile& profile, const ExportOptions& options)
        : out_(out),
          profile_(profile),
          options_(options),
          tables_(profile.trace(), strings_),
          with_allocated_(knows_allocated(profile, options.filter)) {}

    void write();

  private:
    struct Values {
        Tally allocated;
        Tally live;
        Tally outlived;
    };

    ProtobufMessage value_type(std::string_view type, std::string_view unit);
    void write_types();
    void write_facts();
    void write_live();
    Values live_values(const StackShare& share);
    void write_allocated();
    void write_sample(std::uint32_t stack, const Values& values, const std::vector<ProtobufMessage>& labels);
    std::vector<ProtobufMessage> labels_of(const StackShare& share, const SharedThread& thread);
    ProtobufMessage label(std::string_view key, std::string_view text);
    void put(const ProtobufMessage& fields) { out_.write(fields.data()); }

    GzipStream out_;
    Profile& profile_;
    const ExportOptions& options_;
    PprofStrings strings_;
    PprofTables tables_;
    bool with_allocated_;
    RoundedParts allocated_, outlived_, others_;
};

ProtobufMessage PprofWriter::value_type(std::string_view type, std::string_view unit) {
    ProtobufMessage message;
    message.number(value_type_field::kType, strings_.number(type));
    message.number(value_type_field::kUnit, strings_.number(unit));
    return message;
}

// The order of a sample's values, too.
void PprofWriter::write_types() {
    ProtobufMessage fields;
    const auto add = [&](std::string_view objects, std::string_view space) {
        fields.message(profile_field::kSampleType, value_type(objects, "count"));
        fields.message(profile_field::kSampleType, value_type(space, "bytes"));
    };
    if (with_allocated_) add("alloc_objects", "alloc_space");
    add("inuse_objects", "inuse_space");
    add("outlived_objects", "outlived_space");
    put(fields);
}

void PprofWriter::write_facts() {
    ProtobufMessage fields;
    const std::uint64_t duration = profile_.now_cs() * kNsInCs;
    const std::uint64_t now = moment_of(profile_);
    fields.number(profile_field::kTimeNanos, clamp(now - std::min(now, duration)));
    fields.number(profile_field::kDurationNanos, duration);
    if (profile_.sample_bytes() != 0) {
        fields.message(profile_field::kPeriodType, value_type("space", "bytes"));
        fields.number(profile_field::kPeriod, profile_.sample_bytes());
    }
    for (const std::string& remark : trace_remarks(profile_)) {
        fields.number(profile_field::kComment, strings_.number(remark));
    }
    const bool bytes = options_.measure == Measure::kBytes;
    fields.number(profile_field::kDefaultSampleType, strings_.number(bytes ? "inuse_space" : "inuse_objects"));
    put(fields);
}

ProtobufMessage PprofWriter::label(std::string_view key, std::string_view text) {
    ProtobufMessage message;
    message.number(label_field::kKey, strings_.number(key));
    message.number(label_field::kStr, strings_.number(escape_text(text)));
    return message;
}

std::vector<ProtobufMessage> PprofWriter::labels_of(const StackShare& share, const SharedThread& thread) {
    std::vector<ProtobufMessage> labels;
    const std::string& kind = profile_.kind_name(share.kind);
    if (!kind.empty()) labels.push_back(label("scope", kind));
    if (thread.tid != 0) {
        labels.push_back(label("thread", thread.name));
        ProtobufMessage& tid = labels.emplace_back();
        tid.number(label_field::kKey, strings_.number("tid"));
        tid.number(label_field::kNum, thread.tid);
    }
    const std::string_view host = profile_.trace().string(profile_.trace().header().host);
    if (!host.empty()) labels.push_back(label("host", host));
    return labels;
}

void PprofWriter::write_sample(std::uint32_t stack, const Values& values, const std::vector<ProtobufMessage>& labels) {
    std::vector<std::uint64_t> places;
    profile_.namer().walk_from_site(stack, [&](const StackNamer::StackPlace& place) {
        places.push_back(tables_.location(place));
        return true;
    });
    std::vector<std::uint64_t> numbers;
    const auto add = [&](const Tally& tally) {
        numbers.push_back(clamp(tally.blocks));
        numbers.push_back(clamp(tally.bytes));
    };
    if (with_allocated_) add(values.allocated);
    add(values.live);
    add(values.outlived);
    ProtobufMessage sample;
    sample.packed(sample_field::kLocationId, places);
    sample.packed(sample_field::kValue, numbers);
    for (const ProtobufMessage& each : labels) sample.message(sample_field::kLabel, each);
    ProtobufMessage fields;
    fields.message(profile_field::kSample, sample);
    put(fields);
}

// In two parts, so that none of what outlived its scope is not live, too.
PprofWriter::Values PprofWriter::live_values(const StackShare& share) {
    Estimate others = share.live;
    others -= share.outlived;
    const Tally outlived = outlived_.next(share.outlived);
    Tally live = others_.next(others);
    live += outlived;
    return {{}, live, outlived};
}

void PprofWriter::write_live() {
    StackProfile stacks(profile_, options_.filter, options_.sort);
    const std::vector<StackEntry>& entries = stacks.stacks();
    for (std::size_t i = 0; i < entries.size(); ++i) {
        for (const StackShare& share : stacks.shares(entries[i])) {
            write_sample(entries[i].stack, live_values(share), labels_of(share, stacks.threads()[share.thread]));
        }
        if (options_.progress && i % kProgressEvery == 0) options_.progress(i, entries.size());
    }
}

void PprofWriter::write_allocated() {
    each_allocated(profile_, options_.filter, [&](std::uint32_t stack, const LedgerRow& row) {
        write_sample(stack, {allocated_.next(row.allocated()), {}, {}}, {});
    });
}

void PprofWriter::write() {
    write_types();
    write_facts();
    write_live();
    write_allocated();
    tables_.write(out_);
    strings_.write(out_);
    out_.finish();
}

}  // namespace

void write_pprof(std::ostream& out, Profile& profile, const ExportOptions& options) {
    PprofWriter(out, profile, options).write();
}

}  // namespace dregs
