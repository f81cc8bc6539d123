// What samples of a pprof profile refer to: strings, functions, mappings, locations, each once, written at the end.
//
// Owns their numbers and their encoding. Memory follows distinct places in the code. Field numbers are those of
// profile.proto, see pprof.h.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/node_hash_map.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/analysis/stack_namer.h"
#include "analyzer/export/gzip_stream.h"
#include "analyzer/export/protobuf_message.h"

namespace dregs {

class PprofStrings {
  public:
    PprofStrings() { number(""); }
    std::uint64_t number(std::string_view text);
    void write(GzipStream& out) const;

  private:
    absl::node_hash_map<std::string, std::uint64_t> numbers_;
    std::vector<const std::string*> texts_;
};

class PprofTables {
  public:
    PprofTables(const Trace& trace, PprofStrings& strings) : trace_(trace), strings_(strings) {}

    // Of the location; never 0.
    std::uint64_t location(const StackNamer::StackPlace& place);
    // Mappings, locations, functions.
    void write(GzipStream& out);

  private:
    struct Location {
        std::uint64_t word;  // as in the trace
        absl::Span<const Frame> frames;
    };
    struct Knowledge {  // of a module, by its frames
        bool functions = false;
        bool files = false;
        bool lines = false;
        bool inlined = false;
    };
    using FunctionKey = std::pair<std::uint64_t, std::uint64_t>;  // name and file

    std::uint64_t function(const Frame& frame);
    void learn(const Location& location);
    // The executable first, then by number in the trace.
    std::vector<std::uint32_t> modules_in_order() const;
    void write_mapping(GzipStream& out, std::uint32_t module, std::uint64_t id);
    void write_location(GzipStream& out, const Location& location, std::uint64_t id);

    const Trace& trace_;
    PprofStrings& strings_;
    std::vector<Location> locations_;
    absl::flat_hash_map<std::pair<std::uint64_t, const Frame*>, std::uint64_t> location_numbers_;
    absl::flat_hash_map<const Frame*, std::uint64_t> function_numbers_;
    absl::flat_hash_map<FunctionKey, std::uint64_t> functions_by_key_;
    std::vector<FunctionKey> functions_;
    std::map<std::uint32_t, Knowledge> modules_;
    std::map<std::uint32_t, std::uint64_t> mapping_numbers_;
};

}  // namespace dregs
