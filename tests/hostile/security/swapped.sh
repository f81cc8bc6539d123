#!/usr/bin/env bash
# Somebody who may write where the trace is puts something else in its place while the program runs: nothing but our own
# file is ever written to, and what cannot be recorded then is counted and said.
. "$(dirname "$0")/../suite.sh"
umask 000
lossy="allow=('unrecorded_allocs',)"
all_blocks='d["totals"]["alloc_calls"] + d["loss"]["unrecorded_allocs"]'
head -c 100000 /dev/urandom >precious
cp precious original

expect_runs_the_same "$BUILT/swapped" nothing precious
read_trace "$TRACE"
asked=$(query top.json "$all_blocks")
expect_eq "the trace's mode" 600 "$(stat -c %a "$TRACE")"
expect_eq "the snapshot's mode" 600 "$(stat -c %a traces/*.kept.dregs)"

for way in link hard-link fifo directory link-to-itself gone; do
    rm -rf traces/*
    run_bare "$BUILT/swapped" "$way" "$WORK/precious"
    run traced "$DREGS_LIB" "$BUILT/swapped" "$way" "$WORK/precious"
    expect_eq "$way: exit status" 0 "$STATUS"
    expect_same_file "$way: output" bare.out traced.out
    expect_same_file "$way: messages" bare.err traced.err
    expect_same_file "what the $way led to" original precious
    cp traces/*.moved moved.dregs
    read_trace moved.dregs "$lossy"
    expect_top "$way: allocations recorded or lost" "$asked" "$all_blocks"
    expect_top "$way: that the trace could not grow is said" "True True" \
        'text((d["loss"]["unrecorded_allocs"] > 0, any("could not grow" in n for n in d["loss"]["notes"])))'
done
survived "a link, a hard link, a FIFO, a directory, nothing where the trace was" 6

rm -rf traces/*
expect_runs_the_same "$BUILT/swapped" snapshot-link "$WORK/precious"
expect_same_file "what the snapshot's name led to" original precious
read_trace "$TRACE"
read_trace traces/*.kept.2.dregs
survived "a link where a snapshot will be"
