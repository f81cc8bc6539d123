#!/usr/bin/env bash
# The manual page: clean for mandoc, has every command and every option that --help has, and the variables.
. "$(dirname "$0")/harness.sh"
need mandoc
"$DREGS_BIN" generate man --date=2026-01-01 >dregs.1 || fail "dregs generate man: exit status $?"
mandoc -T lint -W all dregs.1 >lint.out 2>&1
expect_eq "what mandoc finds" "" "$(cat lint.out)"
mandoc -T ascii dregs.1 | sed 's|.\x08||g' >page
"$DREGS_BIN" --help >help.out
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' help.out)
[ "$(wc -w <<<"$commands")" -ge 9 ] || fail "commands in --help: $commands"
for command in $commands; do
    expect_match "section of $command" "^ +dregs $command\$" page
    for option in $("$DREGS_BIN" "$command" --help | grep -Eo '^  (-[a-z], )?--[a-z-]+' | grep -o -- '--.*'); do
        [ "$option" = --help ] || expect_match "option of $command" "^ +(-[a-zA-Z], )?$option( |\[|\$)" page
    done
done
for variable in DREGS_OUTPUT DREGS_SAMPLE DREGS_ADAPTER DREGS_SNAPSHOT_EVERY DREGS_LIBRARY NO_COLOR; do
    expect_match "variable" "^ +$variable\$" page
done
