#!/usr/bin/env bash
# --scope: calls of library functions begin and end scopes. Nothing of a call changes on its way; the counts are exact with
# recursion, exceptions, longjmp, functions that return twice, threads, a forked child.
. "$(dirname "$0")/harness.sh"
program=$DREGS_PROGRAMS/spans_calls
scopes=(--scope work=begin_work..end_work
    --scope arguments=many_arguments,variadic,eight_sse,eight_avx,eight_avx512..keeps_errno
    --scope way=whose_call,throws,jumps..throws,jumps --scope jump=_setjmp..begin_work)
run_bare "$program" 100
"$DREGS_BIN" run -q "${scopes[@]}" -- "$program" 100 >traced.out 2>traced.err
expect_eq "exit status" "$STATUS" $?
expect_same_file "output" bare.out traced.out
expect_same_file "messages" bare.err traced.err

# 100 in main, 5 nested, 50 left by an exception, 4 threads of 100.
traces=$(grep -l -a spans_calls traces/*.dregs | sort)
for TRACE in $traces; do
    load_scopes "$TRACE"
    [ "$(query scopes.json 'kind("work")["entered"]')" = 100 ] && child=$TRACE || parent=$TRACE
done
expect_sound "$parent"
load_scopes "$parent"
expect_kind work entered 555 left 555 open 0 survivor_instances 55 survivor_blocks 55 survivor_bytes $((50 * 1337 + 5 * 64))
expect_kind jump entered 100 left 100
expect_json "works that ended with what they were in" 50 scopes.json 'kind("work")["missed_leaves"]'
load_scopes "$child"
expect_kind work entered 100 left 100 survivor_blocks 10 survivor_bytes 13370

# The library alone, without the shim: every call passes.
eval "$("$DREGS_BIN" run -q --print-environment "${scopes[@]}" -- "$program" | sed -n 's/^LD_PRELOAD=/printed=/p')"
run alone "${printed#*:}" "$program" 100
expect_same_file "output without the shim" bare.out alone.out
expect_same_file "messages without the shim" bare.err alone.err

# As it is printed, for plain LD_PRELOAD. Of 50 works that an exception left, 49 end when the next begins at their place.
printed=$("$DREGS_BIN" run -q --print-environment --scope work=begin_work..end_work -- "$program" | sed -n "s/^LD_PRELOAD='\(.*\)'/\1/p")
run traced "$printed" "$program" 100
expect_same_file "output with what was printed" bare.out traced.out
find_trace "$(cat traced.pid)"
load_scopes "$TRACE"
expect_kind work entered 555 left 555
expect_json "works that were never ended" 49 scopes.json 'kind("work")["missed_leaves"]'
