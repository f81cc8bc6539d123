#!/usr/bin/env bash
# Seccomp filters that the program puts upon itself: the shim makes no call that they would kill for, takes room for the
# rest of the program's life beforehand, and what does not fit is counted, with a note that says why.
. "$(dirname "$0")/../suite.sh"
blocks=$(rounds 40000 150000)
grep -q '^Seccomp:' /proc/self/status || skip "no seccomp in this kernel"

# Nothing is lost where memory that was mapped before may still be populated.
for kind in kill_open kill_mmap fork wrong before; do
    expect_survives "$BUILT/sandboxed" "$kind" 40000
    expect_eq "$kind: exit status" 0 "$STATUS"
    if [ "$kind" = before ]; then
        expect_kept 10
        find_trace "$(cat traced.pid).2" && read_trace "$TRACE"
    fi
    expect_kept 40000
done
survived "a filter that kills on open, mmap, ftruncate; one from before an exec, as in containers; refused ones" 5

# Elsewhere what is lost is counted to the block.
for kind in errno two allowlist strict; do
    expect_runs_the_same "$BUILT/sandboxed" "$kind" "$blocks"
    read_trace "$TRACE" allow='("unrecorded_allocs", "unknown_frees")'
    expect_top "$kind: blocks recorded or lost" $((blocks + 1001)) \
        "d['totals']['alloc_calls'] + d['loss']['unrecorded_allocs']"
    expect_top "$kind: at least what the room taken beforehand holds" True "total('keep_blocks') > 12000"
    expect_match "$kind: why" "could not grow \(the program's seccomp filter\)" top.json
done
survived "filters that forbid all that growing takes: by EPERM, two at once, kill all but a few calls, strict mode" 4
