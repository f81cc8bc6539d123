#!/usr/bin/env bash
# Kinds, labels and snapshots of every name: each kind is one, no path leaves the folder, what is shown is valid text.
. "$(dirname "$0")/../suite.sh"
times=$(rounds 200 20000)
expect_survives "$BUILT/marker_texts" "$times"
expect_kept $((9 * times))
load_scopes "$TRACE"
expect_json "kinds" 8 scopes.json 'len(d["kinds"])'  # null and empty are the same
expect_json "kinds entered otherwise" "[]" scopes.json \
    "[k['name'] for k in d['kinds'] if k['entered'] not in (3 * $times, 6 * $times)]"
expect_json "lost marks" 0 scopes.json 'd["loss"]["lost_markers"]'
# Nine blocks and scopes a round, of some 500 bytes each; the longest name has 32 KiB.
[ "$(($(stat -c %b "$TRACE") * 512))" -lt $(((4 << 20) + times * 5400)) ] || fail "the trace grew by a name that is always the same"
"$DREGS_BIN" scopes "$TRACE" >scopes.txt || fail "dregs scopes: exit status $?"
grep -qP '[\x00-\x08\x0b-\x1f\x7f]' scopes.txt && fail "control characters in the output"
expect_eq "snapshots" 10 "$(find traces -name '*.*.*.dregs' | wc -l)"
expect_eq "files in the test's folder" "" "$(find . -newer bare.out -name 'x*' -o -name passwd)"
expect_json "snapshots that failed" "True True" scopes.json \
    'text(("snapshot" in " ".join(d["loss"]["notes"]), "File name too long" in " ".join(d["loss"]["notes"])))'
for snapshot in traces/*.*.*.dregs; do read_trace "$snapshot"; done
survived "scopes, labels and snapshots with names of every shape" "$times"
