#!/usr/bin/env bash
# What a program keeps in its blocks, on its stacks, in registers and in its environment is in no trace and no snapshot,
# whole or in halves. Its arguments are: the README says so.
. "$(dirname "$0")/../suite.sh"
ulimit -c 0
tries=$(rounds 3 30)
for _ in $(seq "$tries"); do
    rm -f traces/*
    run traced "$DREGS_LIB" "$BUILT/secrets"
    expect_eq "exit status" 134 "$STATUS"
    find_trace "$(cat traced.pid)"
    secret=$(cat traced.out)
    expect_eq "length of the secret" 16 ${#secret}
    read_trace "$TRACE"
    expect_top "blocks with the secret" True 'total("hold") > 3000'
    for part in "$secret" "${secret:0:8}" "${secret:8}"; do
        grep -aqF -- "$part" "$TRACE" traces/*.kept.dregs && fail "$part, of what the program kept, is in a trace"
    done
done
survived "a secret in 3,700 blocks, on stacks, in registers and in the environment" "$tries"

run traced "$DREGS_LIB" "$DREGS_PROGRAMS/dying" return an-argument
find_trace "$(cat traced.pid)"
grep -aqF an-argument "$TRACE" || fail "the README says that arguments are in the trace"
