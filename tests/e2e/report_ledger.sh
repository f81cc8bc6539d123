#!/usr/bin/env bash
# A page has the ledger where it was recorded, and of a program that was compiled here lines of its source.
. "$(dirname "$0")/harness.sh"
need_browser
export DREGS_LEDGER=1
run_traced "$DREGS_PROGRAMS/nswapsim" 1000
dregs_json ledger "$TRACE" >ledger.json
"$DREGS_BIN" report "$TRACE" -o ledger.html >said || fail "report: exit status $?"
expect_page ledger ledger.html ledger.json
expect_page layout ledger.html
run_traced "$DREGS_PROGRAMS/ledger_storm" 3 fork
find_trace "$(sed -n 's/^pid //p' traced.out)"
dregs_json ledger "$TRACE" >child.json
"$DREGS_BIN" report "$TRACE" -o child.html >said || fail "report: exit status $?"
expect_page unknown_frees child.html child.json

cat >leak.c <<'END'
#include <stdlib.h>
void *volatile kept;
int main(void) {
    kept = malloc(1337);  /* the line that leaks </script> */
    return 0;
}
END
"$DREGS_CC" -g -o leak leak.c || skip "no compiler"
unset DREGS_LEDGER
run_traced ./leak
"$DREGS_BIN" report "$TRACE" -o leak.html >said || fail "report: exit status $?"
grep -q 'the line that leaks \\u003c/script>' leak.html || fail "the line is not in the page"
"$DREGS_BIN" report --no-sources "$TRACE" -o bare.html >said || fail "report --no-sources: exit status $?"
grep -q 'the line that leaks' bare.html && fail "the line is in the page in spite of --no-sources"
exit 0
