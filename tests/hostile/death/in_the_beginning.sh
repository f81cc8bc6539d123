#!/usr/bin/env bash
# SIGKILL within the first milliseconds, before, while and after the trace is begun: what is there by then is either a
# trace, or plainly none (it has no magic yet, or no name).
. "$(dirname "$0")/../suite.sh"
tries=$(rounds 60 1000)
traces=0
for round in $(seq "$tries"); do
    rm -f traces/*
    LD_PRELOAD=$DREGS_LIB "$DREGS_PROGRAMS/nswapsim" 20 leak >/dev/null &
    begun=$!
    for ((i = RANDOM % 3000; i > 0; i--)); do :; done # up to some ten milliseconds
    kill -KILL "$begun" 2>/dev/null
    wait "$begun" 2>/dev/null
    for trace in traces/*.dregs; do
        [ -e "$trace" ] || continue
        if [ "$(head -c 7 "$trace" | tr -d '\0')" = DREGSTR ]; then
            read_trace "$trace" inherited=True
            traces=$((traces + 1))
        else
            "$DREGS_BIN" top "$trace" >printed 2>&1
            expect_eq "round $round: status for a file that is no trace yet" 2 $?
            expect_match "round $round: what is said of it" 'not a (dregs )?trace' printed
        fi
    done
done
[ "$traces" -gt 0 ] || fail "no trace had been begun in $tries rounds"
survived "SIGKILL within the first milliseconds" "$tries"
