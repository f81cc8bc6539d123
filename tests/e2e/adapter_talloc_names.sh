#!/usr/bin/env bash
# Names that talloc makes: theirs is the context, the site is who gave the name, and none is too long for a stack.
. "$(dirname "$0")/harness.sh"
program=$DREGS_PROGRAMS/talloc_names
[ -x "$program" ] || skip "libtalloc is not installed"
expect_adapted_the_same talloc "$program" 16
expect_match "long names" "names of 16 MiB are whole: 1" traced.out
expect_adapted_the_same talloc "$program"
expect_match "as talloc counts them" "^421 blocks" traced.out
expect_top "blocks by who gave the name" "200 140 30 50 1" \
    'text([total(site) for site in ("by_set_name", "by_named", "by_named_chunk", "by_append", "main")])'
load_scopes "$TRACE"
expect_kind talloc entered 171 open 171 live_blocks 421
run_traced "$program"
expect_top "the same sites without the adapter" "200 140 30 50 1" \
    'text([total(site) for site in ("by_set_name", "by_named", "by_named_chunk", "by_append", "main")])'
run alone "$(dirname "$DREGS_LIB")/dregs/libdregs-talloc.so" "$program" 16
expect_match "long names under the adapter alone" "are whole: 1" alone.out
