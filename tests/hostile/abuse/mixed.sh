#!/usr/bin/env bash
# Allocators by other names and blocks between two of them, reallocs that fail, odd alignments: as bare, and counted.
. "$(dirname "$0")/../suite.sh"
expect_runs_the_same "$BUILT/mixed"
expect_eq "promises not kept" "" "$(grep wrong traced.out)"
dregs_json top -n 0 "$TRACE" >top.json
while read -r function blocks; do
    expect_top "blocks of $function" "$blocks $((blocks * 1337))" \
        "text((total('$function'), total('$function', 'live_bytes')))"
done <<'END'
by_default 3
by_next 4
by_handle 1
freed_elsewhere 0
fail_to_grow 1
align_oddly 0
END
expect_top "a block of no bytes" "1 0" 'text((total("make_of_nothing"), total("make_of_nothing", "live_bytes")))'
expect_top "frees of blocks that are libc's own" 6 'd["loss"]["unknown_frees"]'
expect_top "frees that only libc saw" 1 'd["loss"]["unseen_frees"]'
expect_top "imbalance" 0 'd["loss"]["imbalance"]'
tally
survived "allocators by dlsym and __libc_ names mixed, failing reallocs, odd alignments and sizes"
