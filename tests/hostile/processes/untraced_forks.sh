#!/usr/bin/env bash
# Forked processes that can make no trace: the folder is gone, the program has become another user. They run as ever, and
# the nearest ancestor that has a trace says how many they are, and why; nothing of theirs is silently missing.
. "$(dirname "$0")/../suite.sh"

tell() {  # HOW CHILDREN REASON
    rm -rf traces traces.moved && mkdir traces
    chmod 755 "$WORK" traces
    run_bare "$BUILT/late_forks" "$1" traces "$2"
    [ ! -e traces.moved ] || mv traces.moved traces
    run traced "$DREGS_LIB" "$BUILT/late_forks" "$1" traces "$2"
    [ ! -e traces.moved ] || mv traces.moved traces
    expect_eq "exit status" 0 "$STATUS"
    expect_same_file "output" bare.out traced.out
    expect_same_file "messages" bare.err traced.err
    expect_eq "traces" 1 "$(find traces -type f | wc -l)"
    find_trace "$(cat traced.pid)"
    read_trace "$TRACE"
    expect_kept 30
    expect_top "processes without a trace" $((2 * $2)) 'd["loss"]["untraced_forks"]'
    "$DREGS_BIN" top "$TRACE" >top.txt
    expect_match "what a user reads" "^note: $((2 * $2)) forked processes could make no trace: $3" top.txt
    expect_match "what a user reads" "^nothing that was seen was lost" top.txt
}

children=$(rounds 20 200)
tell moved "$children" "No such file or directory"
survived "forks whose traces' folder is gone" $((2 * children))

[ "$(id -u)" = 0 ] && setpriv --reuid 65534 true 2>/dev/null || exit 0
tell user "$children" "Permission denied"
survived "forks of a program that gave up its user, where only the former one may create files" $((2 * children))
