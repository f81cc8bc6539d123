// Estimates as text and as cells of tables: with their errors where the trace is sampled, bare where it is not.
//
// Owns how an error looks: "±12", in a column of its own in tables. Used by all reports; json_stream.h has the JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/analysis/profile.h"
#include "analyzer/output/text_table.h"

namespace dregs {

// Header.sample_bytes of those that are sampled: each rate once, smallest first.
std::vector<std::uint32_t> sampling_rates(const std::vector<Profile*>& profiles);

// "Sampled: one block every 65,536 bytes on average; figures are estimates, ± is 95 %"
std::string sampling_text(std::uint32_t sample_bytes);

// "205 live blocks", "204,800 ±2,007 live blocks"
std::string count_text(const Estimate& estimate, bool sampled, const char* singular, const char* plural);
// "12.5 MiB ±125.4 KiB"
std::string bytes_text(const Estimate& estimate, bool sampled);

// A number's column and, where sampled, its error's behind it.
void add_number_column(std::vector<TextTable::Column>& columns, const char* title, bool sampled);
void add_count_cells(std::vector<std::string>& cells, const std::string& count, const Tally& error, bool sampled);
void add_bytes_cells(std::vector<std::string>& cells, const std::string& bytes, const Tally& error, bool sampled);

}  // namespace dregs
