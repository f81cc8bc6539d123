#!/usr/bin/env bash
# Programs whose runtime is not C's: Go, Rust, and node, a giant with its own allocator and compiler. Go and node, whose
# packages are large, are tried in the whole suite, or where they are.
. "$(dirname "$0")/../suite.sh"
export PATH=/usr/bin:$PATH  # the distribution's before a user's own
sources=$(dirname "$CASE")/languages
tried=""
kept_in() { echo "sum(s['live_blocks'] for s in d['sites'] if any('$1' in f for f in functions(s)))"; }
has() { command -v "$1" >/dev/null || { echo "not tried: $1 is not installed"; return 1; }; }

if has rustc && rustc -O -o rust_program "$sources/program.rs"; then
    expect_survives ./rust_program
    expect_eq "exit status" 6 "$STATUS"
    expect_top "blocks kept" 40 "$(kept_in keep_in_rust)"
    tried+=" Rust"
fi

if is_full && has go && (export GOCACHE=$WORK/cache GOFLAGS=-mod=mod; go build -o go_program "$sources/program.go"); then
    for _ in $(seq "$(rounds 1 20)"); do
        expect_runs_the_same ./go_program
        read_trace "$TRACE" 'allow=("truncated_stacks",)'  # Go's frames have no unwind information
        expect_eq "exit status" 6 "$STATUS"
        expect_kept 400 keep_in_c
    done
    tried+=" Go (cgo)"
fi

if has node; then
    expect_runs_the_same node "$sources/program.js"
    read_trace "$TRACE" 'allow=("truncated_stacks",)'  # of code that it compiles itself
    expect_eq "exit status" 6 "$STATUS"
    tried+=" node"
fi
[ -n "$tried" ] || skip "none of them is installed"
survived "programs in${tried}" "$(echo "$tried" | wc -w)"
