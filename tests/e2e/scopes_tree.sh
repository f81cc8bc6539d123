#!/usr/bin/env bash
# scopes --tree and --blocks: each instance with what it holds; of an imported snapshot of cjdns line for line what that was;
# of a running process by its pid.
. "$(dirname "$0")/harness.sh"

# Depth and text of each line: how far in, not what is drawn there.
lines() { awk '{ match($0, /^[| ]*/); print RLENGTH / 2 " " substr($0, RLENGTH + 1) }' "$1" | grep -v totalBytes | LC_ALL=C sort; }
for name in cjdns-2015-fast cjdns-2015-two.t1 cjdns-2015-two.t2; do
    "$DREGS_BIN" import "$DATA/cjdns/$name.memdump" -o "$name.dregs" >/dev/null || fail "import $name: exit status $?"
    "$DREGS_BIN" scopes --blocks --compat=cjdns "$name.dregs" >again.memdump || fail "scopes --compat=cjdns: exit status $?"
    lines "$DATA/cjdns/$name.memdump" >expected
    lines again.memdump >actual
    expect_same_file "lines of $name" expected actual
    "$DREGS_BIN" import again.memdump -o again.dregs >/dev/null || fail "import of it: exit status $?"
    for trace in "$name" again; do "$DREGS_BIN" scopes --tree -n 0 "$trace.dregs" | tail -n +2 >"$trace.tree"; done
    expect_same_file "tree of $name, imported again" "$name.tree" again.tree
    rm again.dregs
done

# expect_whole TREE.json: nodes and blocks add up.
expect_whole() {
    expect_json "bytes of all nodes" True "$1" 'sum(n["live_bytes"] for n in d["nodes"]) == d["totals"]["live_bytes"]'
    expect_json "single blocks of each node" True "$1" '(lambda per: all(per.count(n["id"]) == n["live_blocks"] for n in d["nodes"]))(list(b["node"] for b in d["blocks"]))'
    expect_json "nodes that do not hold what is in them" "" "$1" \
        'text(n["id"] for n in d["nodes"] if n["all_bytes"] != n["live_bytes"] + sum(c["all_bytes"] for c in d["nodes"] if c["parent"] == n["id"]))'
}

expect_sound_run "$DREGS_PROGRAMS/pools"
"$DREGS_BIN" scopes --blocks --json "$TRACE" >tree.json || fail "scopes --blocks --json: exit status $?"
expect_whole tree.json
expect_json "pools" "10" tree.json 'sum(n["kind"] == "connection" and n["pool"] and n["state"] == "open" for n in d["nodes"])'
expect_json "where they were made" use_pool tree.json 'text({n["made_at"][0]["function"] for n in d["nodes"] if n["kind"] == "connection"})'

# Of the children of a node, so many.
"$DREGS_BIN" scopes --tree -n 3 "$TRACE" >tree.txt
expect_eq "what is left out" 1 "$(grep -c '\.\.\. and 7 more: 63 blocks, 4,032 B' tree.txt)"

# What outlived what it was made in hangs below what has ended.
expect_sound_run "$DREGS_PROGRAMS/scopes_nested"
"$DREGS_BIN" scopes --blocks --json "$TRACE" >tree.json || fail "scopes --blocks --json: exit status $?"
expect_whole tree.json
expect_json "sessions and what is in them" "{(1, 1337, 9, 7201)}" tree.json \
    '{(n["live_blocks"], n["live_bytes"], n["all_blocks"], n["all_bytes"]) for n in d["nodes"] if n["kind"] == "session"}'
expect_json "labels of a session's requests" "request 0 request 1 request 2 request 3" tree.json \
    'text(sorted(c["label"] for c in d["nodes"] if c["parent"] == [n["id"] for n in d["nodes"] if n["kind"] == "session"][0]))'

# While the process runs.
start_waiting "$DREGS_PROGRAMS/dying" wait
"$DREGS_BIN" scopes --blocks --json "$process" >tree.json || fail "scopes --blocks PID: exit status $?"
expect_whole tree.json
expect_json "blocks of the running process" 7 tree.json 'sum(n["live_blocks"] for n in d["nodes"])'
echo >&5
wait "$process"
expect_eq "exit status" 0 $?
