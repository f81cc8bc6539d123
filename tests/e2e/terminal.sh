#!/usr/bin/env bash
# On a terminal: hints of dregs run, colours, a pager for what is longer. Elsewhere none of them, unless asked for.
. "$(dirname "$0")/harness.sh"
on_terminal() { "$PYTHON" "$HARNESS_DIR/terminal.py" "$@" </dev/null; }
unset NO_COLOR CLICOLOR CLICOLOR_FORCE PAGER DREGS_PAGER LESS
escape=$'\x1b'
dying=$DREGS_PROGRAMS/dying

# Hints: the program's output and messages are as without us, but on a terminal, where people look on.
"$DREGS_BIN" run -- "$dying" exit >out 2>err
expect_eq "exit status" 4 $?
expect_eq "messages where nobody looks on" "" "$(cat err)"
"$DREGS_BIN" run --hints -- "$dying" exit >out 2>err
expect_eq "output with --hints" ready "$(cat out)"
expect_match "what --hints says" "^dregs: trace: $WORK/traces/dying.[0-9]+.dregs; next: dregs top $WORK/traces/dying.[0-9]+.dregs\$" err
expect_eq "lines of --hints" 1 "$(wc -l <err)"
on_terminal 24 80 "$DREGS_BIN" run -- "$dying" exit >shown
expect_eq "exit status on a terminal" 4 $?
expect_match "the hint on a terminal" '; next: dregs top ' shown
expect_eq "its first line" ready "$(head -1 shown)"
on_terminal 24 80 "$DREGS_BIN" run --quiet -- "$dying" exit >shown
expect_eq "what --quiet shows" ready "$(cat shown)"
"$DREGS_BIN" run --hints --output "$WORK/traces/it's one.%p.dregs" -- "$dying" exit >out 2>err
eval "$(sed 's/.*next: dregs/"$DREGS_BIN"/' err)" >top.txt || fail "what it says to type next does not work: $(cat err)"
expect_match "the report that was named" '^dying, pid' top.txt

# Colours.
find_trace "$(ls traces | sed -n 's/^dying\.\([0-9]*\)\.dregs/\1/p' | head -1)"
coloured() { grep -q "$escape\[" shown; }
top() { "$DREGS_BIN" top "$@" "$TRACE" >shown; }
top && ! coloured || fail "colours in a file"
top --color=always && coloured || fail "no colours with --color=always"
CLICOLOR_FORCE=1 top && coloured || fail "no colours with CLICOLOR_FORCE=1"
CLICOLOR_FORCE=0 top && ! coloured || fail "colours with CLICOLOR_FORCE=0"
NO_COLOR=1 CLICOLOR_FORCE=1 top && ! coloured || fail "colours with NO_COLOR"
NO_COLOR=1 top --color=always && coloured || fail "NO_COLOR outweighs --color=always"
top --json --color=always && ! coloured || fail "colours in JSON"
on_terminal 100 200 "$DREGS_BIN" top "$TRACE" >shown && coloured || fail "no colours on a terminal"
on_terminal 100 200 "$DREGS_BIN" top --color=never "$TRACE" >shown && ! coloured || fail "colours with --color=never"
NO_COLOR=1 on_terminal 100 200 "$DREGS_BIN" top "$TRACE" >shown && ! coloured || fail "colours on a terminal with NO_COLOR"
CLICOLOR=0 on_terminal 100 200 "$DREGS_BIN" top "$TRACE" >shown && ! coloured || fail "colours on a terminal with CLICOLOR=0"
TEST_TERM=dumb on_terminal 100 200 "$DREGS_BIN" top "$TRACE" >shown && ! coloured || fail "colours on a dumb terminal"

# Lines that fit, with every word that there is elsewhere.
for columns in 60 80; do
    NO_COLOR=1 on_terminal 100 $columns "$DREGS_BIN" top "$TRACE" >shown
    expect_eq "lines that are too long at $columns columns" "" "$(grep -E "^.{$((columns + 1))}" shown)"
    "$DREGS_BIN" top "$TRACE" >plain
    expect_eq "words at $columns columns" "$(xargs -n1 <<<"$(tr -d "'" <plain)")" "$(xargs -n1 <<<"$(tr -d "'" <shown)")"
done

# The pager: only for what is longer than the terminal.
export NO_COLOR=1
"$DREGS_BIN" top "$TRACE" >plain
marked='sed s/^/paged:/'
expect_paged() {  # WHAT COMMAND...
    on_terminal "${@:2}" >shown || fail "$1: exit status $?"
    sed 's/^/paged:/' plain | cmp -s - shown || fail "$1: not in the pager: $(head -3 shown)"
}
expect_plain() {
    on_terminal "${@:2}" >shown || fail "$1: exit status $?"
    expect_same_file "$1" plain shown
}
lines=$(wc -l <plain)
[ "$lines" -gt 6 ] || fail "a report of $lines lines is too short for this test"
DREGS_PAGER=$marked expect_paged "a small terminal" 5 300 "$DREGS_BIN" top "$TRACE"
PAGER=$marked expect_paged "PAGER" 5 300 "$DREGS_BIN" top "$TRACE"
DREGS_PAGER=$marked PAGER=false expect_paged "DREGS_PAGER goes first" "$lines" 300 "$DREGS_BIN" top "$TRACE"
DREGS_PAGER=$marked expect_plain "a large terminal" $((lines + 1)) 300 "$DREGS_BIN" top "$TRACE"
DREGS_PAGER=$marked expect_plain "--no-pager" 5 300 "$DREGS_BIN" top --no-pager "$TRACE"
DREGS_PAGER='' PAGER=$marked expect_plain "an empty DREGS_PAGER" 5 300 "$DREGS_BIN" top "$TRACE"
DREGS_PAGER=$marked TEST_TERM=dumb expect_plain "a dumb terminal" 5 300 "$DREGS_BIN" top "$TRACE"
DREGS_PAGER=$marked "$DREGS_BIN" top "$TRACE" >shown
expect_same_file "a file" plain shown
DREGS_PAGER=true on_terminal 5 80 "$DREGS_BIN" top "$TRACE" >shown || fail "a pager that ends at once: exit status $?"
DREGS_PAGER=no-such-pager on_terminal 5 300 "$DREGS_BIN" top "$TRACE" >shown
expect_match "the report without its pager" '^dying, pid' shown
mkdir bin && printf '#!/bin/sh\necho "less $LESS"\ncat\n' >bin/less && chmod +x bin/less
PATH=$WORK/bin:$PATH on_terminal 5 300 "$DREGS_BIN" top "$TRACE" >shown
expect_eq "the pager when none is named" "less FRX" "$(head -1 shown)"
