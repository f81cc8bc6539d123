// See timeline.h.
#include "analyzer/analysis/timeline.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

namespace dregs {
namespace {

constexpr std::uint64_t kNsInCs = 10'000'000;

bool is_of_a_process(const format::Header& header) { return header.writer == format::Writer::kShim; }

bool same_process(const format::Header& a, const format::Header& b) {
    const auto identity = [](const format::Header& h) {
        return std::tuple(h.pid, h.start_realtime_ns, h.start_monotonic_ns, h.start_boottime_ns);
    };
    return identity(a) == identity(b);
}

// What the process itself writes comes after every snapshot of it.
std::uint64_t place_in_time(const format::Header& header) {
    return header.snapshot_realtime_ns != 0 ? header.snapshot_realtime_ns : std::numeric_limits<std::uint64_t>::max();
}

}  // namespace

Timeline order_traces(absl::Span<const format::Header> headers) {
    Timeline timeline;
    timeline.order.resize(headers.size());
    std::iota(timeline.order.begin(), timeline.order.end(), std::size_t{0});
    timeline.timed = std::all_of(headers.begin(), headers.end(), [&](const format::Header& header) {
        return is_of_a_process(header) && same_process(header, headers.front());
    });
    if (!timeline.timed) return timeline;
    std::stable_sort(timeline.order.begin(), timeline.order.end(), [&](std::size_t a, std::size_t b) {
        return place_in_time(headers[a]) < place_in_time(headers[b]);
    });
    timeline.reordered = !timeline.order.empty() && timeline.order.front() > timeline.order.back();
    return timeline;
}

std::uint64_t moment_of(const Profile& profile) {
    const format::Header& header = profile.trace().header();
    if (header.snapshot_realtime_ns != 0) return header.snapshot_realtime_ns;
    return saturating_add(header.start_realtime_ns, profile.now_cs() * kNsInCs);
}

}  // namespace dregs
