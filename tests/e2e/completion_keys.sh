#!/usr/bin/env bash
# The tab key in a real bash: what stands on the line after it, with the blank behind it or without, whatever bash takes for
# a word's end; a scope's name cannot become a command.
. "$(dirname "$0")/harness.sh"
need tmux
export TMUX_TMPDIR=$WORK PATH=$(dirname "$DREGS_BIN"):$PATH
unset TMUX
mkdir place && cd place
DREGS_OUTPUT=$PWD/one.dregs LD_PRELOAD=$DREGS_LIB "$DREGS_PROGRAMS/kind_like_a_command" || fail "a program with scopes"
mkdir folder && : >folder/a.dregs

screen() { tmux capture-pane -p -t shell; }
stands() { screen | grep -qxF -- "$1"; }
# tab LINE AFTER: LINE, tab and a % leave AFTER.
tab() {
    tmux send-keys -t shell C-u
    tmux send-keys -t shell -l "$1"
    tmux send-keys -t shell Tab '%'
    (wait_for 20 stands "> $2") 2>/dev/null || fail "'$1' and tab: expected '$2', got: $(screen)"
}
tmux new-session -d -s shell -x 120 -y 30 "PS1='> ' exec bash --norc -i"
STARTED+=("$(tmux display-message -p -t shell '#{pid}')")
tmux send-keys -t shell -l ". $HARNESS_DIR/../../analyzer/manual/shells/dregs.bash; PS1='> '; clear" && tmux send-keys -t shell Enter
wait_for 20 stands ">"

tab 'dregs sna' 'dregs snapshot %'
tab 'dregs top one' 'dregs top one.dregs %'
tab 'dregs top fol' 'dregs top folder/%'
tab 'dregs top --so' 'dregs top --sort %'
tab 'dregs top --sort=by' 'dregs top --sort=bytes %'
tab 'dregs report --output=o' 'dregs report --output=one.dregs %'
tab 'dregs report --output=fol' 'dregs report --output=folder/%'
tab 'dregs run --adapter=wmem,ta' 'dregs run --adapter=wmem,talloc %'
tab 'dregs top one.dregs --where=th' 'dregs top one.dregs --where=thread:%'
tab 'dregs top one.dregs --where=scope:pa' 'dregs top one.dregs --where=scope:packet %'
tab 'dregs top one.dregs --where scope:pa' 'dregs top one.dregs --where scope:packet %'
tab 'dregs top one.dregs --scope a' 'dregs top one.dregs --scope a\ b\;\$\(touch\ ran\) %'
tmux send-keys -t shell BSpace Enter
wait_for 20 stands "nothing was lost"
[ ! -e ran ] || fail "the scope's name was run"
tmux kill-server
