// See open_sites.h.
#include "analyzer/output/open_sites.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "analyzer/output/escape.h"
#include "analyzer/output/estimate_text.h"
#include "analyzer/output/human.h"

namespace dregs {
namespace {

constexpr std::size_t kMostPlaces = 3;  // a hint; the whole list is another command's

std::string title(const OpenPools& pools, bool sampled, const Palette& palette) {
    std::string text =
        absl::StrCat(human_plural(pools.open, "pool is", "pools are"), " still open (",
                     count_text(pools.live, sampled, "block", "blocks"), ", ", bytes_text(pools.live, sampled), ")");
    if (pools.orphans != 0)
        absl::StrAppend(&text, ", ", palette.red(absl::StrCat(human_count(pools.orphans), " of ended scopes")));
    return absl::StrCat(text, pools.sites.size() > kMostPlaces ? "; most of them:" : ":");
}

}  // namespace

void print_open_pools(std::ostream& out, Profile& profile, const OpenPools& pools, const ReportView& view) {
    if (pools.open == 0) return;
    out << title(pools, profile.sample_bytes() != 0, view.palette) << '\n';
    TextTable table({{"open", Align::kRight}, {"kind", Align::kLeft}, {"made at", Align::kLeft}}, view.palette);
    std::vector<RowStack> stacks;
    const std::size_t shown = std::min(pools.sites.size(), kMostPlaces);
    for (std::size_t i = 0; i < shown; ++i)
        stacks.push_back({"", profile.namer().frames(pools.sites[i].site.top_stack, 1)});
    const std::vector<RowText> texts = row_texts(std::move(stacks));
    for (std::size_t i = 0; i < shown; ++i) {
        table.add_row({human_count(pools.sites[i].site.open), escape_text(pools.sites[i].kind), texts[i].title});
        add_labels_line(table, pools.sites[i].site.labels);
    }
    table.print(out);
    out << "(dregs scopes: with stacks and what is in them)\n\n";
}

Json open_site_json(Profile& profile, const OpenSite& site, const ReportView& view) {
    Json json{{"open", site.open},
              {"orphans", site.orphans},
              {"live_blocks", site.live.blocks()},
              {"live_bytes", site.live.bytes()},
              {"labels", site.labels},
              {"frames", frames_json(profile.namer().frames(site.top_stack, view.frames))}};
    add_error_json(json, site.live, profile.sample_bytes() != 0);
    return json;
}

Json open_pools_json(Profile& profile, const OpenPools& pools, const ReportView& view) {
    Json sites = Json::array();
    for (std::size_t i = 0; i < view.shown(pools.sites.size()); ++i) {
        Json site = open_site_json(profile, pools.sites[i].site, view);
        site["kind"] = pools.sites[i].kind;
        sites.push_back(std::move(site));
    }
    Json json{{"open", pools.open},
              {"orphans", pools.orphans},
              {"live_blocks", pools.live.blocks()},
              {"live_bytes", pools.live.bytes()},
              {"sites", std::move(sites)}};
    add_error_json(json, pools.live, profile.sample_bytes() != 0);
    return json;
}

}  // namespace dregs
