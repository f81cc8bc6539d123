#!/usr/bin/env bash
# nswapsim's three leaks, at their sites, and nothing when they are mended. The program prints its own ledger.
. "$(dirname "$0")/harness.sh"
need valgrind
nswapsim=$DREGS_PROGRAMS/nswapsim
expect_counts_agree "$nswapsim" 1000 leak
expect_top "live blocks" 190 'd["totals"]["live_blocks"]'
expect_top "the three sites in order of live count" \
    "udp_alloc_socket 100 1600 mem_store 50 204800 nswap_thread 40 640" \
    'text(text((s["frames"][0]["function"], s["live_blocks"], s["live_bytes"])) for s in d["sites"])'
expect_top "file of the sites" "nswapsim.c" 'text(sorted({s["frames"][0]["file"].split("/")[-1] for s in d["sites"]}))'
expect_valgrind_agrees "$nswapsim" 1000 leak
expect_top "bytes as valgrind counts them" "$VALGRIND_BYTES" 'd["totals"]["live_bytes"] + d["totals"]["suppressed_bytes"]'

expect_counts_agree "$nswapsim" 1000 fixed
expect_top "live blocks when mended" 0 'd["totals"]["live_blocks"]'

TRUTH=1 expect_sound_run "$nswapsim" 1000 leak
allocs=$(sed -n 's/^TOTAL.* allocs=\([0-9]*\) .*/\1/p' traced.out)
expect_top "allocations by the program's own ledger" "$allocs" 'd["totals"]["alloc_calls"]'
grep -v '^TOTAL' traced.out >ledger; grep -v '^TOTAL' "$DATA/nswapsim-ledger.txt" >expected
expect_same_file "the program's own ledger" expected ledger
