#!/usr/bin/env bash
# A trace that is cut short, written anew, replaced and removed while it is read: an answer or one line, never a crash.
. "$(dirname "$0")/../suite.sh"
run_traced "$DREGS_PROGRAMS/nswapsim" 20000 leak
cp "$TRACE" good.dregs && cp "$TRACE" unsteady.dregs
mkfifo stop
"$PYTHON" "$(dirname "$CASE")/unsteady.py" good.dregs unsteady.dregs <stop &
STARTED+=($!)
exec 6>stop

# expect_answer_or_line COMMAND...: one of the two, in time.
expect_answer_or_line() {
    timeout 60 "$DREGS_BIN" "$@" >answer 2>answer.err
    local status=$?
    [ "$status" = 0 ] || [ "$status" = 2 ] || fail "dregs $*: exit status $status, $(cat answer.err)"
    [ "$status" = 0 ] || expect_eq "lines of dregs $*" 1 "$(wc -l <answer.err)"
}
rounds=$(rounds 12 1500)
for _ in $(seq "$rounds"); do
    expect_answer_or_line top --json unsteady.dregs
    expect_answer_or_line scopes unsteady.dregs
    expect_answer_or_line diff good.dregs unsteady.dregs
    expect_answer_or_line snapshot unsteady.dregs -o copy
    if [ -e copy ]; then timeout 60 "$DREGS_BIN" top copy >/dev/null 2>&1 || [ $? = 2 ] || fail "the copy is unreadable"; fi
    rm -f copy
done
exec 6>&-
survived "traces cut short, written anew, replaced, removed while they are read" $((rounds * 4))

cp good.dregs readable.dregs
"$DREGS_BIN" top --json good.dregs >by_path.json
"$DREGS_BIN" top --json /dev/stdin <good.dregs >by_input.json || fail "a trace on standard input: exit status $?"
expect_json "blocks by standard input" "$(query by_path.json 'd["totals"]["live_blocks"]')" by_input.json \
    'd["totals"]["live_blocks"]'
for name in /dev/stdin /proc/self/fd/0; do
    "$DREGS_BIN" top "$name" < <(cat good.dregs) >answer 2>answer.err
    expect_eq "exit status of a trace on a pipe" 2 $?
    expect_eq "lines about a pipe" 1 "$(wc -l <answer.err)"
done
if [ "$(id -u)" != 0 ]; then
    chmod 0 readable.dregs
    "$DREGS_BIN" top readable.dregs >answer 2>answer.err
    expect_eq "exit status of a trace that may not be read" 2 $?
fi
survived "traces on standard input, on a pipe, without permission" 4
