#!/usr/bin/env bash
# A server whose file is replaced while it runs, as an upgrade does: what it forks after that is still this program, to
# --only and in the names of traces.
. "$(dirname "$0")/../suite.sh"
children=$(rounds 10 100)
cp "$BUILT/late_forks" server && run_bare ./server unlinked server "$children"
cp "$BUILT/late_forks" server && DREGS_ONLY=server run traced "$DREGS_LIB" ./server unlinked server "$children"
expect_eq "exit status" 0 "$STATUS"
expect_same_file "output" bare.out traced.out
expect_eq "traces" $((1 + 2 * children)) "$(find traces -name 'server.[0-9]*.dregs' | wc -l)"
expect_eq "traces of another name" "" "$(find traces -type f ! -name 'server.[0-9]*.dregs')"
for TRACE in traces/*; do
    read_trace "$TRACE"
    expect_top "the program" "$WORK/server" 'd["trace"]["program"]'
done
survived "forks of a program whose file is no more" $((2 * children))
