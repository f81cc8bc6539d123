#!/usr/bin/env bash
# Help, version and usage errors of each command: help on stdout with 0, errors on stderr with 2, nothing else.
. "$(dirname "$0")/harness.sh"
for command in "" run top diff scopes ledger report watch snapshot ls export import help; do
    "$DREGS_BIN" $command --help >help.out 2>help.err || fail "dregs $command --help: exit status $?"
    expect_match "help of '$command'" '[Uu]sage' help.out
    expect_eq "messages of help" "" "$(cat help.err)"
    expect_eq "lines of the help of '$command' that are too long" "" "$(grep -E '^.{81}' help.out)"
    "$DREGS_BIN" help $command >same.out || fail "dregs help $command: exit status $?"
    expect_eq "dregs help $command" "$(cat help.out)" "$(cat same.out)"
done
"$DREGS_BIN" --version >version.out || fail "dregs --version: exit status $?"
expect_match "version" '[0-9]+\.[0-9]+\.[0-9]+' version.out
for arguments in "" nonsense top "top --no-such-option x" "diff one" "scopes" "snapshot" "run" "export x" "export --format=x x" "export --format=folded" \
    "export --format=json a b" "export --format=folded a b c" "export --format=sqlite x" "export --format=pprof --root=scope x"; do
    "$DREGS_BIN" $arguments >usage.out 2>usage.err
    expect_eq "exit status of 'dregs $arguments'" 2 $?
    [ -s usage.err ] || fail "'dregs $arguments' says nothing"
    expect_eq "data of 'dregs $arguments'" "" "$(cat usage.out)"
done
