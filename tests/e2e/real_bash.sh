#!/usr/bin/env bash
# bash runs pipelines, subshells, command substitutions and here-documents: every child has a trace of its own.
. "$(dirname "$0")/harness.sh"
cat >script <<'SCRIPT'
x=$(echo one | tr a-z A-Z)
echo "$x" | cat | sed s/ONE/two/
for i in 1 2 3; do (exit "$i"); echo "subshell $i ended with $?"; done
while read -r line; do echo "read $line"; done < <(printf 'a\nb\n')
cat <<END | sort -r
$x
three
END
f() { local v=$(printf %s "$1"); echo "${v^^}"; }
f word; declare -A map=([k]=v); echo "${map[k]}"
set -o pipefail; false | true; exit 42
SCRIPT
expect_counts_agree bash script
expect_eq "exit status" 42 "$STATUS"
for trace in traces/*.dregs; do expect_sound "$trace" "inherited=True"; done
# Each external command is at least one process of its own.
for program in tr cat sed sort; do
    ls traces/"$program".*.dregs >/dev/null 2>&1 || fail "no trace of $program: $(ls traces)"
done
