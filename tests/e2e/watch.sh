#!/usr/bin/env bash
# The live view in a real terminal of 80 by 24: what it shows of a process that goes on, and what its keys do.
. "$(dirname "$0")/harness.sh"
need tmux
export TMUX_TMPDIR=$WORK
unset TMUX

screen() { tmux capture-pane -p -t view; }
press() { tmux send-keys -t view "$@"; }
# shows PATTERN: a line of the screen matches, soon.
shows() { wait_for 30 on_screen "$1" || fail "never on the screen: $1: $(screen)"; }
on_screen() { screen | grep -Eq -- "$1"; }

start_waiting "$DREGS_PROGRAMS/dying" wait
tmux new-session -d -s view -x 80 -y 24 "$DREGS_BIN watch --interval 0.2 --sort outlived $process; echo ended: \$?; cat" 5>&-  # not ours to hold open
STARTED+=("$(tmux display-message -p -t view '#{pid}')")
shows "^dying, pid $process, running"
"$DREGS_BIN" top --json "$process" >top.json || fail "top PID: exit status $?"
shows "live +$(query top.json 'd["totals"]["live_blocks"]') blocks"
shows "nothing was lost"
shows " blocks +bytes +growth +\*outlived"
press s
shows "\*blocks +bytes +growth +outlived"
shows "leave_seven  dying.c:[0-9]+"
expect_eq "lines of the screen" 24 "$(screen | wc -l)"

press s
shows " blocks +\*bytes"
press / n o s u c h
shows "^/nosuch_"
shows "no site like that"
press Escape
shows "q quit"
press Enter
shows "the stack that holds most"
shows "  main"
press Escape Tab
shows "entered +/s +open +outlived +/s +live +kind"
shows "no scopes were entered"
press Tab ' '
shows "\[frozen"
press ' ' w
shows "snapshot: "
expect_eq "snapshots" 1 "$(find . -name 'dying.*.snapshot.dregs' | wc -l)"
tmux resize-window -t view -x 40 -y 10
shows "^dying"
tmux resize-window -t view -x 80 -y 24

exec 5>&-
wait "$process"
shows "\[does not run\]"
press q
shows "^ended: 0"

"$DREGS_BIN" watch "$TRACE" </dev/null >out.txt 2>err.txt
expect_eq "exit status without a terminal" 2 $?
expect_match "without a terminal" "needs a terminal" err.txt
tmux kill-server
