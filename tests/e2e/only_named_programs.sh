#!/usr/bin/env bash
# DREGS_ONLY: of a shell and what it starts, the programs named and no others leave traces.
. "$(dirname "$0")/harness.sh"
DREGS_ONLY=sed,sort run traced "$DREGS_LIB" bash -c 'printf "b\na\n" | sort | sed s/a/c/ | cat'
expect_eq "output" "c b" "$(tr '\n' ' ' <traced.out | sed 's/ $//')"
expect_eq "traces" "sed sort" "$(ls traces | sed 's/\..*//' | sort | tr '\n' ' ' | sed 's/ $//')"
