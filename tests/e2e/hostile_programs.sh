#!/usr/bin/env bash
# Programs that no preloaded library can trace: they run as ever, and dregs run says why there is nothing.
. "$(dirname "$0")/harness.sh"
for program in own_malloc hidden_malloc static_binary; do
    run_bare "$DREGS_PROGRAMS/$program"
    bare=$STATUS
    run traced "$DREGS_LIB" "$DREGS_PROGRAMS/$program"
    expect_eq "exit status of $program" "$bare" "$STATUS"
    expect_same_file "output of $program" bare.out traced.out
    "$DREGS_BIN" run -- "$DREGS_PROGRAMS/$program" >run.out 2>run.err
    expect_eq "exit status of $program under dregs run" "$bare" $?
    expect_same_file "output of $program under dregs run" bare.out run.out
    mv run.err "$program.err"
done
expect_match "reason" 'static' static_binary.err
expect_match "reason" 'own malloc|its own|defines malloc' own_malloc.err
expect_match "reason" 'brings its own malloc' hidden_malloc.err
# Nothing of it is in the trace, which must not say that all is.
run_traced "$DREGS_PROGRAMS/hidden_malloc"
"$DREGS_BIN" top "$TRACE" >top.txt
expect_match "what the report says" 'hidden_malloc brings its own malloc, hidden inside it \(malloc\)' top.txt
! grep -qx "nothing was lost" top.txt || fail "it says that nothing was lost"
