#!/usr/bin/env bash
# --scope with functions of a library that only a plugin sees, which comes and goes three times: each call goes on to where
# the plugin would have gone. What will not be seen is said.
. "$(dirname "$0")/harness.sh"
"$DREGS_BIN" run --scope plugged=begin_plugged..end_plugged --scope never=no_such_function..end_work -- \
    "$DREGS_PROGRAMS/spans_calls" 100 "$DREGS_PROGRAMS/spans_plugin.so" >out 2>err
expect_eq "exit status" 0 $?
expect_match "a name that no library has is said" 'warning: .*no_such_function' err
TRACE=$(ls traces/*.dregs)
expect_sound "$TRACE"
load_scopes "$TRACE"
expect_kind plugged entered 300 left 300 survivor_instances 300 survivor_blocks 300 survivor_bytes 28800
expect_kind never entered 0 left 0

refused() {  # MESSAGE SCOPE
    "$DREGS_BIN" run --scope "$2" -- "$DREGS_PROGRAMS/spans_calls" 1 >out 2>err
    expect_eq "exit status with --scope $2" 2 $?
    expect_match "the message" "$1" err
    [ ! -s out ] || fail "the program ran"
}
refused 'dlsym is used by dregs itself' work=dlsym..end_work
refused 'malloc is used by dregs itself' work=begin_work..malloc
refused 'stdout is no function' work=begin_work..stdout
refused 'The return of a function cannot be seen' work=begin_work
refused "'' is no name of a function" work=begin_work..
