#!/usr/bin/env bash
# Each format of an unmodified program's trace holds, site for site, what top says.
. "$(dirname "$0")/harness.sh"
need sqlite3
run_traced sqlite3 :memory: "create table t(a, b); insert into t values (1, 'x'); select count(*) from t"
expect_sound "$TRACE"
check() {  # FORMAT OPTIONS...
    rm -f "out.$1"
    "$DREGS_BIN" export --format="$1" -o "out.$1" "${@:2}" "$TRACE" >path.txt 2>export.err || fail "$1: $(cat export.err)"
    expect_eq "where $1 was written" "out.$1" "$(cat path.txt)"
    expect_eq "$1 beside top" "" "$("$PYTHON" "$HARNESS_DIR/exports.py" "$1" "out.$1" top.json 2>&1)"
}
check folded
check speedscope
check json
check sqlite
check pprof
check massif --threshold=0
"$DREGS_BIN" export --format=folded --value=bytes "$TRACE" >bytes.folded || fail "export to standard output"
expect_eq "bytes in all lines" "$(query top.json 'd["totals"]["live_bytes"]')" "$(awk '{ sum += $NF } END { print sum }' bytes.folded)"
"$DREGS_BIN" export --format=umdh -d "$TRACE" >out.umdh || fail "export --format=umdh"
"$DREGS_BIN" top --format=umdh -d "$TRACE" >top.umdh
expect_same_file "umdh's text" top.umdh out.umdh

"$DREGS_BIN" export --format=folded -o out.folded "$TRACE" >path.txt || fail "export beside a file"
expect_eq "a name that is taken" out.2.folded "$(cat path.txt)"
expect_same_file "the same again" out.folded out.2.folded

# Nothing binary on a terminal.
script -qec "'$DREGS_BIN' export --format=pprof '$TRACE'" /dev/null </dev/null >terminal.txt
expect_eq "status on a terminal" 2 $?
expect_match "what it says" 'binary' terminal.txt
