// See estimate_text.h.
#include "analyzer/output/estimate_text.h"

#include <absl/strings/str_cat.h>

#include <set>

#include "analyzer/output/human.h"

namespace dregs {
namespace {

constexpr const char* kPlusMinus = "\xC2\xB1";

std::string count_error_text(const Tally& error) { return absl::StrCat(kPlusMinus, human_count(error.blocks)); }
std::string bytes_error_text(const Tally& error) { return absl::StrCat(kPlusMinus, human_bytes(error.bytes)); }

}  // namespace

std::vector<std::uint32_t> sampling_rates(const std::vector<Profile*>& profiles) {
    std::set<std::uint32_t> rates;
    for (const Profile* profile : profiles) {
        if (profile->sample_bytes() != 0) rates.insert(profile->sample_bytes());
    }
    return {rates.begin(), rates.end()};
}

std::string sampling_text(std::uint32_t sample_bytes) {
    return absl::StrCat("Sampled: one block every ", human_plural(sample_bytes, "byte", "bytes"),
                        " on average; figures are estimates, ", kPlusMinus, " is 95 %");
}

std::string count_text(const Estimate& estimate, bool sampled, const char* singular, const char* plural) {
    if (!sampled) return human_plural(estimate.blocks(), singular, plural);
    return absl::StrCat(human_count(estimate.blocks()), " ", count_error_text(estimate.error()), " ", plural);
}

std::string bytes_text(const Estimate& estimate, bool sampled) {
    std::string text = human_bytes(estimate.bytes());
    if (sampled) absl::StrAppend(&text, " ", bytes_error_text(estimate.error()));
    return text;
}

void add_number_column(std::vector<TextTable::Column>& columns, const char* title, bool sampled) {
    columns.push_back({title, Align::kRight});
    if (sampled) columns.push_back({kPlusMinus, Align::kRight});
}

void add_count_cells(std::vector<std::string>& cells, const std::string& count, const Tally& error, bool sampled) {
    cells.push_back(count);
    if (sampled) cells.push_back(count_error_text(error));
}

void add_bytes_cells(std::vector<std::string>& cells, const std::string& bytes, const Tally& error, bool sampled) {
    cells.push_back(bytes);
    if (sampled) cells.push_back(bytes_error_text(error));
}

}  // namespace dregs
