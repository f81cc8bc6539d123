#!/usr/bin/env bash
# Where the trace cannot grow, the program goes on as if nothing were there, and the trace says what it lacks.
. "$(dirname "$0")/harness.sh"
# Output goes through a pipe: a limit on file sizes is meant for the trace only.
under() {  # NAME LIMIT PRELOAD: leaves NAME.out with output, messages and exit status
    (
        exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-  # what the test's own parent left open
        ulimit $2
        LD_PRELOAD=$3 "$DREGS_PROGRAMS/nswapsim" 300 leak
        echo "exit status $?"
    ) 2>&1 | cat >"$1.out"
}
export TRUTH=1
for limit in "-f 0" "-f 8" "-f 64" "-v 100000" "-v 30000" "-n 4"; do
    under bare "$limit" ""
    under traced "$limit" "$DREGS_LIB"
    expect_same_file "what the program did under ulimit $limit" bare.out traced.out
done

# A full file system.
mkdir full
mount -t tmpfs -o size=256k tmpfs full 2>/dev/null || { echo "no mount here: full file system not tried"; exit 0; }
trap 'umount "$WORK/full"; clean_up' EXIT
DREGS_OUTPUT=$WORK/full/%p.dregs run traced "$DREGS_LIB" "$DREGS_PROGRAMS/nswapsim" 3000 leak
DREGS_OUTPUT=$WORK/full/%p.dregs run_bare "$DREGS_PROGRAMS/nswapsim" 3000 leak
expect_same_file "output on a full file system" bare.out traced.out
dregs_json top full/*.dregs >top.json
expect_top "losses are counted: live and lost blocks are all blocks" True \
    'd["loss"]["unrecorded_allocs"] > 0 and d["totals"]["live_blocks"] == d["totals"]["alloc_calls"] - d["totals"]["free_calls"]'
