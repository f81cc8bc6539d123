#!/usr/bin/env bash
# Programs as Debian ships them, with a ledger: nothing that they do changes, all that they free is in it, and each
# allocation is either released or live.
. "$(dirname "$0")/harness.sh"
export DREGS_LEDGER=1

expect_ledger_adds_up() {  # WHAT
    expect_sound "$TRACE"
    dregs_json ledger "$TRACE" >ledger.json
    expect_json "frees of $1" "$(query top.json 'd["totals"]["free_calls"]')" ledger.json \
        'sum(f["frees"] for s in d["sites"] for f in s["freed_at"])'
    expect_json "allocations of $1" "$(query top.json 'd["totals"]["alloc_calls"]')" ledger.json \
        'sum(s["allocs"] for s in d["sites"])'
    expect_json "live blocks of $1" "$(query top.json 'd["totals"]["live_blocks"]')" ledger.json \
        'sum(s["live_blocks"] for s in d["sites"])'
    expect_json "releases of $1 that were not recorded" 0 ledger.json 'd["loss"]["unrecorded_releases"]'
    expect_json "sites of $1 with nothing live that are not clean" 0 ledger.json \
        'sum(not s["clean"] for s in d["sites"] if s["live_blocks"] == 0)'
    "$DREGS_BIN" ledger "$TRACE" >text || fail "dregs ledger: exit status $?"
}

need sqlite3 bash
echo "create table t(a integer primary key, b text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000) insert into t select i, 'row ' || i from n;
create index i on t(b); select count(*), max(b) from t;" >rows.sql
INPUT=rows.sql expect_runs_the_same sqlite3
expect_ledger_adds_up sqlite3

expect_runs_the_same bash -c 'for i in {1..2000}; do a[i]="value $i"; done; b=("${a[@]}"); unset a; echo ${#b[@]}'
expect_ledger_adds_up bash
