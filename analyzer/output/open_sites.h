// Pools that are still open: below the ranking of `top`, and one place of them as JSON.
//
//   202 pools are still open (5,001 blocks, 312.5 KiB); dregs scopes lists them. Most of them:
//   open  kind      made at
//    100  apr_pool  make_request  apr_requests.c:35  (apr_requests)
#pragma once

#include <ostream>

#include "analyzer/analysis/open_pools.h"
#include "analyzer/output/json_stream.h"
#include "analyzer/output/report_view.h"

namespace dregs {

// Nothing where none is open.
void print_open_pools(std::ostream& out, Profile& profile, const OpenPools& pools, const ReportView& view);
// `view.rows`: of their places.
Json open_pools_json(Profile& profile, const OpenPools& pools, const ReportView& view);
Json open_site_json(Profile& profile, const OpenSite& site, const ReportView& view);

}  // namespace dregs
