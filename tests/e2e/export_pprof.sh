#!/usr/bin/env bash
# `go tool pprof` reads the export of a server with scopes and of a program with a ledger, and counts as top and the
# ledger do; labels name scope and thread.
. "$(dirname "$0")/harness.sh"
need go
export PPROF_TMPDIR=$WORK
top_of() {  # FILE OPTIONS...: what pprof lists: flat, cumulative, name
    go tool pprof -top -nodecount=100000 -nodefraction=0 -unit=b "${@:2}" "$1" 2>pprof.err >pprof.txt || fail "pprof: $(cat pprof.err)"
    awk 'seen { print $1, $4, $6 } /flat%/ { seen = 1 }' pprof.txt
}
flat() { awk -v name="$1" '$3 == name { print $1 + 0 }'; }  # NAME

run_traced "$DREGS_PROGRAMS/scopes_threads"
expect_sound "$TRACE"
"$DREGS_BIN" export --format=pprof "$TRACE" >out.pb.gz || fail "export"
expect_eq "beside top" "" "$("$PYTHON" "$HARNESS_DIR/exports.py" pprof out.pb.gz top.json 2>&1)"
expect_eq "objects in all" "$(query top.json 'd["totals"]["live_blocks"]')" \
    "$(top_of out.pb.gz -sample_index=inuse_objects | awk '{ sum += $1 } END { print sum }')"
expect_eq "bytes in all" "$(query top.json 'd["totals"]["live_bytes"]')" \
    "$(top_of out.pb.gz -sample_index=inuse_space | awk '{ sum += $1 } END { print sum }')"
expect_eq "objects that outlived their scope" "$(query top.json 'sum(s["outlived_blocks"] for s in d["sites"])')" \
    "$(top_of out.pb.gz -sample_index=outlived_objects | awk '{ sum += $1 } END { print sum + 0 }')"
go tool pprof -comments out.pb.gz >comments.txt 2>pprof.err
expect_match "comments" '^nothing was lost$' comments.txt
go tool pprof -tags -sample_index=inuse_objects out.pb.gz >tags.txt 2>pprof.err
dregs_json top --by=scope "$TRACE" >by_scope.json
kind=$(query by_scope.json 'next(s["scope"] for s in d["sites"] if s["scope"])')
live=$(query by_scope.json "sum(s['live_blocks'] for s in d['sites'] if s['scope'] == '$kind')")
expect_eq "objects in scopes of kind $kind" "$live" \
    "$(top_of out.pb.gz -sample_index=inuse_objects -tagfocus="scope=^$kind\$" | awk '{ sum += $1 } END { print sum }')"

DREGS_LEDGER=1 run_traced "$DREGS_PROGRAMS/nswapsim" 1000 leak
"$DREGS_BIN" export --format=pprof -o ledger.pb.gz "$TRACE" >/dev/null || fail "export with a ledger"
dregs_json ledger --by=function "$TRACE" >ledger.json
expect_eq "allocated in udp_alloc_socket" "$(query ledger.json 'total("udp_alloc_socket", "allocs")')" "$(top_of ledger.pb.gz -sample_index=alloc_objects | flat udp_alloc_socket)"
expect_eq "live of udp_alloc_socket" 100 "$(top_of ledger.pb.gz -sample_index=inuse_objects | flat udp_alloc_socket)"
expect_sound "$TRACE"
expect_eq "allocations in all" "$(query top.json 'd["totals"]["alloc_calls"]')" \
    "$(top_of ledger.pb.gz -sample_index=alloc_objects | awk '{ sum += $1 } END { print sum }')"

before=ledger.pb.gz
DREGS_LEDGER=1 run_traced "$DREGS_PROGRAMS/nswapsim" 3000 leak
"$DREGS_BIN" export --format=pprof -o now.pb.gz "$TRACE" >/dev/null || fail "export of another run"
expect_eq "growth by -diff_base" 200 "$(top_of now.pb.gz -sample_index=inuse_objects -diff_base=$before | flat udp_alloc_socket)"
