#!/usr/bin/env bash
# Files of up to a terabyte that are one hole and claim to be traces: an answer or a refusal, in seconds, in little memory.
. "$(dirname "$0")/../suite.sh"
here=$(dirname "$CASE")
truncate -s 1T hole 2>/dev/null || skip "no file of a terabyte can be made here"
rm hole

# expect_modest COMMAND...: exit status 0 or 2 within 20 seconds and 64 MiB.
expect_modest() {
    "$PYTHON" "$here/measure.py" 20 "$@" >answer 2>measured
    read -r status seconds mebibytes < <(tail -1 measured)
    [ "$status" = 0 ] || [ "$status" = 2 ] || fail "$* took $seconds s, exit status $status: $(head -3 measured)"
    [ "$mebibytes" -le 64 ] || fail "$* took $mebibytes MiB"
}
tried=0
while read -r table bytes first; do
    "$PYTHON" "$here/sparse_tables.py" hole "$table" "$bytes" "$first" || fail "cannot make the file"
    for command in "top" "top --json" "scopes" "diff hole" "snapshot -o copy"; do
        # shellcheck disable=SC2086
        expect_modest "$DREGS_BIN" $command hole
        tried=$((tried + 1))
    done
    rm -f copy*
done <<'END'
0 1 65536
1 128 16
2 16 4096
3 16 1024
4 128 256
5 8 64
6 64 64
7 128 64
8 32 1024
9 24 64
END
(ulimit -v 1000000 && expect_modest "$DREGS_BIN" top hole) || exit 1
survived "traces that claim 4 G records of a kind, in files that are one hole" "$tried"
