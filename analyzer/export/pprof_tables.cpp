// See pprof_tables.h.
#include "analyzer/export/pprof_tables.h"

#include <algorithm>

#include "analyzer/export/build_id.h"
#include "analyzer/export/frame_label.h"
#include "analyzer/output/escape.h"

namespace dregs {
namespace {

namespace profile_field {
enum : std::uint32_t { kMapping = 3, kLocation = 4, kFunction = 5, kStringTable = 6 };
}
namespace mapping_field {
enum : std::uint32_t {
    kId = 1,
    kMemoryStart = 2,
    kMemoryLimit = 3,
    kFilename = 5,
    kBuildId = 6,
    kHasFunctions = 7,
    kHasFilenames = 8,
    kHasLineNumbers = 9,
    kHasInlineFrames = 10
};
}
namespace location_field {
enum : std::uint32_t { kId = 1, kMappingId = 2, kAddress = 3, kLine = 4 };
}
namespace line_field {
enum : std::uint32_t { kFunctionId = 1, kLine = 2 };
}
namespace function_field {
enum : std::uint32_t { kId = 1, kName = 2, kSystemName = 3, kFilename = 4 };
}

void put(GzipStream& out, std::uint32_t field, const ProtobufMessage& message) {
    ProtobufMessage outer;
    outer.message(field, message);
    out.write(outer.data());
}

// A return address stands for the call before it.
std::uint64_t address_of(std::uint64_t location) {
    const std::uint64_t pc = format::location_pc(location);
    return format::location_exact(location) || pc == 0 ? pc : pc - 1;
}

bool is_mapped(std::uint32_t module) { return module != format::kNoModule && module != format::kNamedModule; }

}  // namespace

std::uint64_t PprofStrings::number(std::string_view text) {
    const auto [known, is_new] = numbers_.emplace(text, texts_.size());
    if (is_new) texts_.push_back(&known->first);
    return known->second;
}

void PprofStrings::write(GzipStream& out) const {
    for (const std::string* text : texts_) {
        ProtobufMessage entry;
        entry.bytes(profile_field::kStringTable, *text);
        out.write(entry.data());
    }
}

std::uint64_t PprofTables::location(const StackNamer::StackPlace& place) {
    const auto [known, is_new] =
        location_numbers_.emplace(std::pair(place.location, place.frames.data()), locations_.size() + 1);
    if (is_new) {
        locations_.push_back({place.location, place.frames});
        learn(locations_.back());
    }
    return known->second;
}

void PprofTables::learn(const Location& location) {
    const std::uint32_t module = format::location_module(location.word);
    if (!is_mapped(module) || !trace_.modules().find(module)) return;
    Knowledge& known = modules_[module];
    for (const Frame& frame : location.frames) {
        known.functions |= !frame.function.empty();
        known.files |= !frame.file.empty();
        known.lines |= frame.line > 0;
        known.inlined |= frame.inlined;
    }
}

std::uint64_t PprofTables::function(const Frame& frame) {
    std::uint64_t& known = function_numbers_[&frame];
    if (known != 0) return known;
    const FunctionKey key(strings_.number(frame_label(frame)), strings_.number(escape_text(frame.file)));
    const auto [same, is_new] = functions_by_key_.emplace(key, functions_.size() + 1);
    if (is_new) functions_.push_back(key);
    return known = same->second;
}

std::vector<std::uint32_t> PprofTables::modules_in_order() const {
    std::vector<std::uint32_t> modules;
    for (const auto& [module, known] : modules_) modules.push_back(module);
    std::stable_partition(modules.begin(), modules.end(), [&](std::uint32_t module) {
        return (trace_.modules()[module].flags & format::kModuleMain) != 0;
    });
    return modules;
}

void PprofTables::write_mapping(GzipStream& out, std::uint32_t module, std::uint64_t id) {
    const format::Module& mapped = trace_.modules()[module];
    const Knowledge& known = modules_[module];
    ProtobufMessage mapping;
    mapping.number(mapping_field::kId, id);
    mapping.number(mapping_field::kMemoryStart, mapped.begin);
    mapping.number(mapping_field::kMemoryLimit, mapped.end);
    mapping.number(mapping_field::kFilename, strings_.number(escape_text(trace_.string(mapped.path))));
    mapping.number(mapping_field::kBuildId, strings_.number(build_id_text(mapped)));
    mapping.number(mapping_field::kHasFunctions, known.functions);
    mapping.number(mapping_field::kHasFilenames, known.files);
    mapping.number(mapping_field::kHasLineNumbers, known.lines);
    mapping.number(mapping_field::kHasInlineFrames, known.inlined);
    put(out, profile_field::kMapping, mapping);
}

void PprofTables::write_location(GzipStream& out, const Location& location, std::uint64_t id) {
    ProtobufMessage message;
    message.number(location_field::kId, id);
    const std::uint32_t module = format::location_module(location.word);
    if (const auto mapping = mapping_numbers_.find(module); mapping != mapping_numbers_.end()) {
        message.number(location_field::kMappingId, mapping->second);
    }
    if (module != format::kNamedModule) message.number(location_field::kAddress, address_of(location.word));
    for (const Frame& frame : location.frames) {
        ProtobufMessage line;
        line.number(line_field::kFunctionId, function(frame));
        line.number(line_field::kLine, static_cast<std::uint64_t>(std::max(frame.line, 0)));
        message.message(location_field::kLine, line);
    }
    put(out, profile_field::kLocation, message);
}

void PprofTables::write(GzipStream& out) {
    for (const std::uint32_t module : modules_in_order()) {
        mapping_numbers_.emplace(module, mapping_numbers_.size() + 1);
        write_mapping(out, module, mapping_numbers_.at(module));
    }
    for (std::size_t i = 0; i < locations_.size(); ++i) write_location(out, locations_[i], i + 1);
    for (std::size_t i = 0; i < functions_.size(); ++i) {
        ProtobufMessage message;
        message.number(function_field::kId, i + 1);
        message.number(function_field::kName, functions_[i].first);
        message.number(function_field::kSystemName, functions_[i].first);
        message.number(function_field::kFilename, functions_[i].second);
        put(out, profile_field::kFunction, message);
    }
}

}  // namespace dregs
