#!/usr/bin/env bash
# dregs ls: traced processes and traces in folders, each once, with state, age, live blocks and size.
. "$(dirname "$0")/harness.sh"
run_traced "$DREGS_PROGRAMS/dying" exit
exited=$TRACE
run_traced "$DREGS_PROGRAMS/dying" sigkill
killed=$TRACE
mkdir -p traces/deep far && cp "$exited" traces/deep/copy.dregs && printf 'no trace' >traces/broken.dregs
# Runs elsewhere: found by the process, not by the folder.
DREGS_OUTPUT=$WORK/far/%n.%p.dregs LD_PRELOAD=$DREGS_LIB sleep 60 &
STARTED+=($!)
sleeper=$!
wait_for 20 test -e "far/sleep.$sleeper.dregs"

list() { "$DREGS_BIN" ls --json "$@" >ls.json 2>ls.err || fail "dregs ls $*: exit status $?"; }
entry() { echo "[t for t in d['traces'] if t['file'].endswith('$1')][0]"; }
(cd traces && "$DREGS_BIN" ls --json >../ls.json 2>../ls.err) || fail "dregs ls: exit status $?"
expect_match "what it cannot read" '^dregs: broken.dregs: offset 0x0: this is not a dregs trace' ls.err
expect_json "files here" "['$(basename "$exited")', '$(basename "$killed")', 'deep/copy.dregs']" ls.json \
    "sorted([t['file'] for t in d['traces'] if not t['file'].startswith('/')], key=lambda f: (f.startswith('deep'), f != '$(basename "$exited")'))"
expect_json "the sleeper" "[$sleeper, 'running', True]" ls.json \
    "(lambda t: [t['pid'], t['state'], t['program'].endswith('sleep')])($(entry "far/sleep.$sleeper.dregs"))"
expect_json "states" "['exited', 'ended', 'exited']" ls.json \
    "[$(entry "$(basename "$exited")")['state'], $(entry "$(basename "$killed")")['state'], $(entry copy.dregs)['state']]"
expect_json "what runs comes first" running ls.json 'd["traces"][0]["state"]'
# As many as top counts, where nothing is left out.
"$DREGS_BIN" top --json --no-suppressions "$exited" >top.json
expect_json "live blocks" "$(query top.json 'd["totals"]["live_blocks"]')" ls.json "$(entry "$(basename "$exited")")['live_blocks']"
expect_json "size" "$(($(stat -c %b "$exited") * 512))" ls.json "$(entry "$(basename "$exited")")['stored_bytes']"

list traces/deep "$killed"
expect_json "only what was named" "['copy.dregs', '$(basename "$killed")']" ls.json "sorted([t['file'].split('/')[-1] for t in d['traces']])"
list far far "far/sleep.$sleeper.dregs"
expect_json "one file, named three times" 1 ls.json 'len(d["traces"])'
"$DREGS_BIN" ls traces 2>/dev/null >ls.txt || fail "dregs ls traces: exit status $?"
expect_match "text" "^ *pid  program  state +age +live +size  trace\$" ls.txt
expect_match "a row" "^ *[0-9]+  dying +ended +[0-9].* traces/$(basename "$killed")\$" ls.txt
"$DREGS_BIN" ls far/nothing >out 2>err
expect_eq "exit status for a place that is none" 2 $?
expect_match "a place that is none" 'far/nothing: No such file' err
