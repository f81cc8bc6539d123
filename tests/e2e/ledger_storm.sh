#!/usr/bin/env bash
# Which function released whose blocks, in a storm of threads that exchange them: to the block what the program counts.
# Killed in the middle of it, copied while it runs, and in a forked child: nothing is lost.
. "$(dirname "$0")/harness.sh"
export DREGS_LEDGER=1

ledger_of() { dregs_json ledger "$1" >ledger.json; }  # TRACE
# The rows of the program's own functions, as it prints them.
rows() {
    query ledger.json '"\n".join(sorted(text([s["frames"][0]["function"], s["allocs"], s["frees"], s["live_blocks"]] +
        sorted(f["frames"][0]["function"] + "=" + str(f["frees"]) for f in s["freed_at"]))
        for s in d["sites"] if re.match("allocate_[0-9]|move_block", s["frames"][0]["function"])))'
}
# MESSAGE SLACK: what was released by free and realloc is what the threads counted, but for SLACK.
expect_frees_add_up() {
    expect_json "$1" True ledger.json \
        "abs(sum(f['frees'] for s in d['sites'] for f in s['freed_at']) - d['totals']['free_calls']) <= $2"
    expect_json "releases lost, $1" 0 ledger.json 'd["loss"]["unrecorded_releases"]'
}

for seed in 1 2; do
    rm -rf traces && mkdir traces
    run_traced "$DREGS_PROGRAMS/ledger_storm" $seed
    expect_eq "exit status" 0 "$STATUS"
    expect_sound "$TRACE"
    ledger_of "$TRACE"
    rows >got
    expect_same_file "the table of seed $seed" traced.out got
    expect_frees_add_up "frees of seed $seed" 0
    "$DREGS_BIN" ledger --by=function --all "$TRACE" >text || fail "dregs ledger --by=function: exit status $?"
    expect_match "a free at the end of a function" 'release_3' text
done

run_traced "$DREGS_PROGRAMS/ledger_storm" 3 fork
find_trace "$(sed -n 's/^pid //p' traced.out)"
ledger_of "$TRACE"
rows >got
expect_same_file "the child's table" <(grep -v '^pid' traced.out) got
expect_json "the parent's blocks, freed in the child" "release_inherited 100" ledger.json \
    'text([d["unknown_frees_at"][0]["frames"][0]["function"], d["unknown_frees_at"][0]["frees"]])'

LD_PRELOAD=$DREGS_LIB "$DREGS_PROGRAMS/ledger_storm" 4 forever >out &
process=$!
STARTED+=("$process")
wait_for 20 grep -q running out
find_trace "$process"
for i in 1 2 3; do
    ledger_of "$process"
    expect_json "rows while it runs" 5 ledger.json 'sum(s["allocs"] >= s["frees"] > 0 for s in d["sites"] if len(s["freed_at"]) > 3)'
done
"$DREGS_BIN" snapshot --consistent "$process" -o copy.dregs 2>message || "$DREGS_BIN" snapshot "$process" -o copy.dregs
ledger_of copy.dregs
expect_json "what is live in the copy" True ledger.json 'sum(s["live_blocks"] for s in d["sites"]) == d["totals"]["live_blocks"]'
{ kill -KILL "$process" && wait "$process"; } 2>/dev/null
ledger_of "$TRACE"
expect_frees_add_up "frees until it was killed" 4
