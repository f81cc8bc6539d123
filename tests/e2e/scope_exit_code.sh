#!/usr/bin/env bash
# scopes --exit-code: 1 where blocks outlived their scope, 0 where none did.
. "$(dirname "$0")/harness.sh"
run_traced "$DREGS_PROGRAMS/scopes_nested"
"$DREGS_BIN" scopes --exit-code "$TRACE" >/dev/null
expect_eq "with survivors" 1 $?
for form in --tree --blocks --callers --json; do
    "$DREGS_BIN" scopes --exit-code $form "$TRACE" >/dev/null
    expect_eq "with survivors, as $form" 1 $?
done
"$DREGS_BIN" scopes "$TRACE" >/dev/null
expect_eq "without the option" 0 $?
run_traced "$DREGS_PROGRAMS/nswapsim" 10 leak
"$DREGS_BIN" scopes --exit-code "$TRACE" >/dev/null
expect_eq "without survivors" 0 $?
