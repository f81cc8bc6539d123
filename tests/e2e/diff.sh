#!/usr/bin/env bash
# diff of two runs of a program, loaded at different addresses: each leak grew by what the second run did more.
. "$(dirname "$0")/harness.sh"
run_traced "$DREGS_PROGRAMS/nswapsim" 100 leak && old=$TRACE
run_traced "$DREGS_PROGRAMS/nswapsim" 1000 leak && new=$TRACE
dregs_json diff "$old" "$new" >diff.json
# function old new delta: of 1000 rounds a tenth, a twentieth and a twenty-fifth leak
expect_json "sites in order of growth" \
    "udp_alloc_socket 10 100 90 mem_store 5 50 45 nswap_thread 4 40 36" diff.json \
    'text(text((s["frames"][0]["function"], s["old_blocks"], s["new_blocks"], s["delta_blocks"])) for s in d["sites"])'
expect_json "bytes of a page that leaked" "20480 204800 184320" diff.json \
    'text(text((s["old_bytes"], s["new_bytes"], s["delta_bytes"])) for s in d["sites"] if s["frames"][0]["function"] == "mem_store")'

dregs_json diff "$new" "$old" >shrunk.json
expect_json "the other way round nothing grew" "-90 -45 -36" shrunk.json \
    'text(sorted(s["delta_blocks"] for s in d["sites"]))'
dregs_json diff "$new" "$new" >same.json
expect_json "a trace against itself" "" same.json 'text(s for s in d["sites"] if s["delta_blocks"])'
"$DREGS_BIN" diff "$old" "$new" >diff.txt || fail "text: exit status $?"
expect_match "growth in the text" '\+90 .*udp_alloc_socket' diff.txt
