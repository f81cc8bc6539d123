#!/usr/bin/env bash
# Where the trace cannot grow, the program goes on as if nothing were there, and the trace says what it lacks.
. "$(dirname "$0")/harness.sh"
program=$DREGS_PROGRAMS/scopes_nested
same_under() {  # LIMIT: a ulimit argument list
    (ulimit $1 && run_bare "$DREGS_PROGRAMS/nswapsim" 300 leak; echo "$STATUS" >bare.status)
    (ulimit $1 && run_traced_quietly "$DREGS_PROGRAMS/nswapsim" 300 leak; echo "$STATUS" >traced.status)
    expect_same_file "exit status under ulimit $1" bare.status traced.status
    expect_same_file "output under ulimit $1" bare.out traced.out
    expect_same_file "messages under ulimit $1" bare.err traced.err
}
run_traced_quietly() { run traced "$DREGS_LIB" "$@"; }
for limit in "-f 0" "-f 8" "-f 64" "-v 100000" "-v 20000" "-n 3"; do same_under "$limit"; done

# A full file system.
mkdir full
mount -t tmpfs -o size=256k tmpfs full 2>/dev/null || { echo "no mount here: full file system not tried"; exit 0; }
trap 'umount "$WORK/full"; clean_up' EXIT
DREGS_OUTPUT=$WORK/full/%p.dregs run_traced_quietly "$DREGS_PROGRAMS/sipleak" 20 leak
DREGS_OUTPUT=$WORK/full/%p.dregs run_bare "$DREGS_PROGRAMS/sipleak" 20 leak
expect_same_file "output on a full file system" bare.out traced.out
dregs_json top full/*.dregs >top.json
expect_top "losses are counted: live and lost blocks are all blocks" True \
    'd["loss"]["unrecorded_allocs"] > 0 and d["totals"]["live_blocks"] == d["totals"]["alloc_calls"] - d["totals"]["free_calls"]'
