#!/usr/bin/env bash
# nswapsim's ledger, site by site, as the program itself keeps it: three sites are left, and none when it is mended.
. "$(dirname "$0")/harness.sh"
export DREGS_LEDGER=1

# The table without names: of each allocation site what it allocated, released and has live, and the parts released at
# each place.
table_of_program() { sed -n 's/^[^ ]* *\([0-9]\+\) *\([0-9]\+\) *\([0-9]\+\) *\(.*\)/\1 \2 \3 \4/p' "$1" | sed 's/[^ ]*=//g' | sort_parts; }
table_of_ledger() {
    query ledger.json '"\n".join(text([s["allocs"], s["frees"], s["live_blocks"]] + [f["frees"] for f in s["freed_at"]]) for s in d["sites"])' | sort_parts
}
sort_parts() { while read -r allocs frees live parts; do echo "$allocs $frees $live $(printf '%s\n' $parts | sort -n | xargs)"; done | sort; }

expect_ledger() {  # WHAT EXPECTED EXPRESSION
    expect_json "$1" "$2" ledger.json "$3"
}

for mode in leak fixed; do
    TRUTH=1 expect_sound_run "$DREGS_PROGRAMS/nswapsim_calls" 1000 $mode
    dregs_json ledger "$TRACE" >ledger.json
    table_of_program traced.out >expected.$mode
    table_of_ledger >got.$mode
    expect_same_file "the table of $mode" expected.$mode got.$mode
    expect_ledger "frees of $mode, all places together" "$(query top.json 'd["totals"]["free_calls"]')" \
        'sum(f["frees"] for s in d["sites"] for f in s["freed_at"])'
    expect_ledger "allocations of $mode, all sites together" "$(query top.json 'd["totals"]["alloc_calls"]')" \
        'sum(s["allocs"] for s in d["sites"])'
    expect_ledger "lost in $mode" 0 'd["loss"]["unrecorded_releases"]'
done
expect_ledger "sites that are not clean when mended" 0 'sum(not s["clean"] for s in d["sites"])'

expect_same_file "the table as the data file has it" <(grep -v '^TOTAL\|^alloc' "$DATA/nswapsim-ledger.txt" | table_of_program /dev/stdin) got.leak
run_traced "$DREGS_PROGRAMS/nswapsim" 1000 leak  # as distributions build
dregs_json ledger "$TRACE" >ledger.json
expect_ledger "sites, places of release, clean sites" "15 18 12" 'text([len(d["sites"]), d["free_sites"], d["clean_sites"]])'
expect_ledger "what is left" "udp_alloc_socket 1000 900 1600 mem_store 3050 3000 204800 nswap_thread 1004 964 640" \
    'text(text([s["frames"][0]["function"], s["allocs"], s["frees"], s["live_bytes"]]) for s in d["sites"] if not s["clean"])'
expect_ledger "where pages are released, by functions that end in a jump to free" "mem_cleanup 1500 mem_release 1000 mem_unmap 500" \
    'text(text([f["frames"][0]["function"], f["frees"]]) for s in sites("mem_store") for f in s["freed_at"])'
expect_ledger "reserves, emptied where they share it" "get_from_reserves 1470 ht_create 32" \
    'text(text([s["frames"][0]["function"], s["frees"]]) for s in d["sites"] if s["verdict"] == "released_where_others_are")'
"$DREGS_BIN" ledger "$TRACE" >text || fail "dregs ledger: exit status $?"
expect_match "what became of the siblings" '900 of 1,000 freed in udp_close_socket' text
expect_match "and of the rest" '100 are not' text

DREGS_LEDGER=0 run_traced "$DREGS_PROGRAMS/nswapsim" 10
"$DREGS_BIN" ledger "$TRACE" >text 2>message
expect_eq "exit status without a ledger" 2 $?
expect_match "how to get one" '--ledger' message
