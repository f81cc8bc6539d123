#!/usr/bin/env bash
# --snapshot-growth and --snapshot-rss: none before the limit, one at it, counted from the last; of what is live, whatever was
# allocated and freed.
. "$(dirname "$0")/harness.sh"
. "$(dirname "$0")/host.sh"
expect_between() { [ "$2" -le "$4" ] && [ "$4" -le "$3" ] || fail "$1: $4 is not from $2 to $3"; }

start_host --hints --snapshot-growth=10000blocks
tell keep 9000 100
tell drop 9000
tell keep 9900 100
end_host
expect_eq "exit status" 0 "$STATUS"
expect_eq "nothing below the limit" 0 "$(snapshots growth)"

start_host --hints --snapshot-growth=10000blocks
tell keep 10000 100
wait_for 10 has_snapshots 1 growth
expect_between "blocks in the first" 10000 10001 "$(blocks_in "$(ls traces/*.growth.dregs)")"
expect_match "its name" "^traces/obedient.$PROGRAM.[0-9]{8}T[0-9]{6}.growth.dregs$" <(ls traces/*.growth.dregs)
expect_top "its label" growth 'd["trace"]["snapshot_label"]'
"$DREGS_BIN" top "$(ls traces/*.growth.dregs)" >top.txt
expect_match "top says why it was taken" 'snapshot of 20[-0-9]* [:0-9]* growth, ' top.txt
tell drop 5000
tell keep 14900 100
tell keep 200 100
wait_for 10 has_snapshots 2 growth
end_host exit 3
expect_eq "exit status" 3 "$STATUS"
expect_match "what it says at the end" "^dregs: trace: .*, 2 snapshots; next: dregs diff .*/obedient.$PROGRAM.\*.dregs$" host.err

rm -f traces/*
start_host --snapshot-growth=1M
tell keep 1000 1000
tell drop 900
tell keep 900 1000
tell keep 100 1000
wait_for 10 has_snapshots 1 growth
expect_between "more than 1048576 bytes live" 1048 1101 "$(blocks_in "$(ls traces/*.growth.dregs)")"
end_host

rm -f traces/*
start_host --snapshot-rss=64M
tell touch 70000000
wait_for 10 has_snapshots 1 rss
tell touch 70000000
wait_for 10 has_snapshots 2 rss
end_host
expect_eq "one when it passed the limit, one when it passed twice as much" 2 "$(snapshots rss)"
