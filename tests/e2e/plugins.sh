#!/usr/bin/env bash
# Two plugins that were loaded at the same address, one after the other, keep their own names for their own blocks.
. "$(dirname "$0")/harness.sh"
expect_counts_agree "$DREGS_PROGRAMS/plugin_host" "$DREGS_PROGRAMS/plugin_first.so" "$DREGS_PROGRAMS/plugin_second.so"
expect_match "the loader used the same address again" '^same address$' traced.out
expect_top "blocks of the first" "3 4011" 'text((total("leak_from_first"), total("leak_from_first", "live_bytes")))'
expect_top "blocks of the second" "3 2199" 'text((total("leak_from_second"), total("leak_from_second", "live_bytes")))'
expect_top "their modules" "plugin_first.so plugin_second.so" \
    'text(sites("leak_from_" + n)[0]["frames"][0]["module"].split("/")[-1] for n in ("first", "second"))'
