#!/usr/bin/env bash
# Whatever limit the program runs under, from its start or from later on: it does what it does bare, and what the trace
# lacks is counted.
. "$(dirname "$0")/../suite.sh"
allowed="allow=('unrecorded_allocs', 'unknown_frees', 'truncated_stacks')"
tries=0

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
for limit in "-f 0" "-f 8" "-f 64" "-f 1024" "-f 2048" "-v 100000" "-v 30000" "-d 30000" "-l 0" "-s 256" "-n 4"; do
    under bare "$limit" ""
    under traced "$limit" "$DREGS_LIB"
    expect_same_file "what the program did under ulimit $limit" bare.out traced.out
    tries=$((tries + 1))
    for trace in traces/*.dregs; do
        [ -e "$trace" ] && read_trace "$trace" "$allowed"
    done
    rm -f traces/*
done
survived "RLIMIT_FSIZE, AS, DATA, MEMLOCK, STACK, NOFILE from the start" "$tries"

# From later on, and given back: what is asked for then is recorded again.
for missing in no-files no-size; do
    expect_runs_the_same "$BUILT/starve" . storm "$missing" storm snapshot back wait storm
    read_trace "$TRACE" "$allowed"
    expect_top "$missing: loss that is told" True \
        'd["loss"]["unrecorded_allocs"] > 0 and any("could not grow" in n for n in d["loss"]["notes"])'
    expect_top "$missing: a snapshot that failed is told" True 'any("a snapshot" in n for n in d["loss"]["notes"])'
    expect_top "$missing: the storms before and after are recorded" True 'total("keep_blocks") >= 2400'
    expect_eq "$missing: what the snapshot left" "" "$(find traces -name '*kept*')"
    rm -f traces/*
done
for missing in no-memory no-maps; do
    run traced "$DREGS_LIB" "$BUILT/starve" . storm "$missing" storm snapshot back wait storm
    expect_eq "status with $missing" 0 "$STATUS"
    find_trace "$(cat traced.pid)"
    read_trace "$TRACE" "$allowed"
    expect_top "$missing: the storms before and after are recorded" True 'total("keep_blocks") >= 2400'
    # A snapshot needs neither memory nor a mapping more: it is written all the same.
    expect_top "$missing: no snapshot failed" False 'any("a snapshot" in n for n in d["loss"]["notes"])'
    snapshot=$(find traces -name '*kept*')
    [ -n "$snapshot" ] || fail "$missing: no snapshot"
    read_trace "$snapshot" "$allowed"
    expect_top "$missing: the storms before it are in it" True 'total("keep_blocks") >= 1200'
    [ "$(du -k "$snapshot" | cut -f1)" -le "$(du -k "$TRACE" | cut -f1)" ] || fail "$missing: a copy larger than the trace"
    rm -f traces/*
done
survived "no descriptor, no file size, no memory, no mapping to be had in the middle, and again later" 4

for locked in "lock storm" "storm lock storm" "storm lock no-files storm"; do
    # shellcheck disable=SC2086  # words
    expect_runs_the_same "$BUILT/starve" . $locked
    read_trace "$TRACE" "$allowed"
    rm -f traces/*
done
survived "mlockall of what is there and what will be, before and after" 3
