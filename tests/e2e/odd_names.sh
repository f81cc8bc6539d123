#!/usr/bin/env bash
# Folders and programs whose names have all that means something to a pattern, a shell or a terminal: `dregs run` finds
# the traces, says where they are without a character that a terminal obeys, and what it says to type next can be typed.
. "$(dirname "$0")/harness.sh"
unset DREGS_OUTPUT
odd=$'a b%n%%p%\'"*?[a]$x\\\n\e[31mred\u202e\u061c;~'
mkdir -p "$odd/-out %p"
cp "$DREGS_PROGRAMS/nswapsim" "$odd/pro *gram%p"
cd "$odd" || exit 1

# ran NUMBER: that many traces in the folder of --output, one of them named, and what is to be typed next does its work.
ran() {
    expect_eq "exit status" 0 "$STATUS"
    expect_eq "traces" "$1" "$(find "${2:-.}" -maxdepth 1 -name '*.dregs' | tr -cd '\n' | wc -c)"
    sed -n 's/.*; next: dregs /exec "$DREGS_BIN" /p' err >next
    expect_eq "lines that tell what comes next" 1 "$(wc -l <next)"
    ! grep -q $'\e\|\u202e\|\u061c' err || fail "a terminal would obey: $(cat -v err)"
    (cd / && bash "$OLDPWD/next" >"$OLDPWD/answer") || fail "what to type next: $(cat next)"
    expect_match "what was asked for" nswapsim\|mem_store\|blocks answer
}
traced() {
    "$DREGS_BIN" run --hints "$@" -- "./pro *gram%p" 100 leak >out 2>err
    STATUS=$?
}
traced; ran 1
rm -f ./*.dregs
traced --output="-out %p"; ran 1 "./-out %p"
rm -f ./*.dregs "-out %p"/*
traced --snapshot-exit; ran 2  # one snapshot is no series
