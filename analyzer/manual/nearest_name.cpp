// See nearest_name.h.
#include "analyzer/manual/nearest_name.h"

#include <absl/strings/match.h>

#include <algorithm>
#include <numeric>

namespace dregs {
namespace {

constexpr std::size_t kLongestWord = 64;  // longer ones are no names: the distance is quadratic

// A third of its letters may be wrong.
std::size_t most_edits(const std::string& word) { return std::max<std::size_t>(1, word.size() / 3); }

std::string only_completion(const std::string& word, const std::vector<std::string>& names) {
    std::string found;
    for (const std::string& name : names) {
        if (!absl::StartsWith(name, word)) continue;
        if (!found.empty()) return "";
        found = name;
    }
    return found;
}

}  // namespace

std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before_last.swap(last);
        last.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t exchanged = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, exchanged});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
    }
    return row[b.size()];
}

std::string nearest_name(const std::string& word, const std::vector<std::string>& names) {
    if (word.empty() || word.size() > kLongestWord) return "";
    std::string nearest = only_completion(word, names);
    std::size_t least = most_edits(word) + 1;
    if (!nearest.empty()) return nearest;
    for (const std::string& name : names) {
        const std::size_t distance = edit_distance(word, name);
        if (distance >= least) continue;
        least = distance;
        nearest = name;
    }
    return nearest;
}

}  // namespace dregs
