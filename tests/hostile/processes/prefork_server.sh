#!/usr/bin/env bash
# A prefork server: each worker's trace holds what its own requests left, and tells the blocks that it inherited apart.
. "$(dirname "$0")/../suite.sh"
requests=$(rounds 200 5000)
run_bare "$BUILT/prefork_server" "$requests" /dev/null
run_traced "$BUILT/prefork_server" "$requests" handled
expect_same_file "output" bare.out traced.out
expect_eq "status" 0 "$STATUS"
read_trace "$TRACE"
expect_top "the master's configuration" 200 "total('main')"
expect_kept 0
sum=0
while read -r pid handled; do
    find_trace "$pid"
    read_trace "$TRACE" inherited=True
    expect_kept "$handled"
    expect_top "all that is live in worker $pid" "$handled" "d['totals']['live_blocks']"
    expect_top "inherited frees of worker $pid" $((handled < 200 ? handled : 200)) "d['loss']['inherited_frees']"
    sum=$((sum + handled))
done <handled
expect_eq "requests handled by all workers" "$requests" "$sum"
survived "a prefork TCP server, 4 workers; requests" "$requests"
