#!/usr/bin/env bash
# The trace's name: its pattern, its default, and never in the place of something that exists.
. "$(dirname "$0")/harness.sh"
program=$DREGS_PROGRAMS/dying
trace_as() {  # PATTERN; leaves PID
    run traced "$DREGS_LIB" env DREGS_OUTPUT="$1" "$program" return
    expect_eq "exit status" 0 "$STATUS"
    PID=$(cat traced.pid)
}
is_trace() { "$DREGS_BIN" top --json "$1" >/dev/null || fail "$1 is no trace: $(ls)"; }

# env itself is traced too: it has its own name and the same pid.
trace_as "$WORK/named-%n-%p-100%%.dregs"
is_trace "named-dying-$PID-100%.dregs"
expect_eq "its mode" 600 "$(stat -c %a "named-dying-$PID-100%.dregs")"

mkdir here && cd here
(unset DREGS_OUTPUT; LD_PRELOAD=$DREGS_LIB "$program" return >/dev/null)
ls | grep -Eqx 'dying\.[0-9]+\.dregs' || fail "expected ./dying.PID.dregs by default, got $(ls)"
cd ..

echo precious >fixed.dregs
ln -s /nonexistent/elsewhere fixed.2.dregs
echo target >target && ln -s target fixed.3.dregs
export DREGS_OUTPUT=$WORK/fixed.dregs
for i in 4 5; do
    LD_PRELOAD=$DREGS_LIB "$program" return >/dev/null
    is_trace fixed.$i.dregs
done
expect_eq "the file that was there" precious "$(cat fixed.dregs)"
expect_eq "the target of the link that was there" target "$(cat target)"
[ -L fixed.2.dregs ] && [ ! -e fixed.2.dregs ] || fail "the dangling link was touched"

for unwritable in /nonexistent/dir/%n.dregs "$WORK/target/x.dregs" /proc/x.dregs "$WORK/here/"; do
    DREGS_OUTPUT=$unwritable run_bare "$program" exit
    DREGS_OUTPUT=$unwritable run traced "$DREGS_LIB" "$program" exit
    expect_eq "exit status with output $unwritable" 4 "$STATUS"
    expect_same_file "output with $unwritable" bare.out traced.out
    expect_same_file "messages with $unwritable" bare.err traced.err
done
