#!/usr/bin/env bash
# Programs that no preloaded library can trace, because the loader refuses, or there is none: they run as ever, leave no
# trace, and dregs run says why. So it is with a program whose environment was emptied before.
. "$(dirname "$0")/../suite.sh"
expect_refused() {  # WHY COMMAND...: expect the same output and status bare, preloaded and under dregs run
    local why=$1
    shift
    run_bare "$@"
    local bare=$STATUS
    run traced "$DREGS_LIB" "$@"
    expect_eq "status of $1" "$bare" "$STATUS"
    expect_same_file "output of $1" bare.out traced.out
    "$DREGS_BIN" run --output "$WORK/traces/run.%p.dregs" -- "$@" </dev/null >run.out 2>run.err
    expect_eq "status of $1 under dregs run" "$bare" $?
    expect_same_file "output of $1 under dregs run" bare.out run.out
    expect_match "reason for $1" "$why" run.err
}

expect_refused 'static' "$DREGS_PROGRAMS/static_binary"
expect_eq "traces" "" "$(ls traces)"

# Behind env -i nothing of ours is there: that leaves a trace of env at most.
run traced "$DREGS_LIB" env -i "$BUILT/births" 0
expect_eq "status behind env -i" 0 "$STATUS"
expect_eq "traces of what env -i started" "" "$(find traces -name 'births*')"
survived "a static binary, env -i" 2

[ "$(id -u)" = 0 ] && id nobody >/dev/null 2>&1 || { echo "no privilege for a set-user-ID program: not tried"; exit 0; }
chmod 755 "$WORK" && chmod 1777 traces
for mode in u+s g+s; do
    rm -f privileged && cp "$BUILT/births" privileged
    chown nobody:nogroup privileged && chmod "$mode" privileged
    expect_refused 'set-(user|group)-ID' ./privileged 1
    expect_eq "traces of the privileged program" "" "$(find traces -name 'privileged*' -o -name 'run*')"
done
survived "set-user-ID and set-group-ID programs" 2
