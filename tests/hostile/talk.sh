# shellcheck shell=bash
# Sourced by fault cases, after suite.sh, that do something to a traced program while it runs: a dialogue by its standard
# input and output, an answer for each order. What it said is compared with what it says bare.

# start_talk COMMAND...: starts it traced. Leaves TALKER, its pid, and TRACE.
start_talk() {
    TALK=("$@")
    TRACE=
    rm -f orders answers
    mkfifo orders answers
    # the shell ignores these signals in the background
    env -u _ --default-signal=INT,QUIT LD_PRELOAD="$DREGS_LIB" "$@" <orders >answers 2>traced.err &
    TALKER=$!
    STARTED+=("$TALKER")
    exec 8>orders 9<answers
    : >said
    : >traced.out
}

# say ORDER...: waits for its answer.
say() {
    local answer
    echo "$*" | tee -a said >&8
    read -r -t 120 answer <&9 || fail "no answer to '$*'"
    echo "$answer" >>traced.out
    [ -n "$TRACE" ] || find_trace "$TALKER"
}

# until_it_grows FILE: goes on until the trace has grown, which is tried again a second after a failure. Needs `holder`;
# adds to HELD what it held.
until_it_grows() {
    local before tries
    before=$(stat -c %s "$1")
    for tries in $(seq 300); do
        say hold 1000
        HELD=$((HELD + 1000))
        [ "$(stat -c %s "$1")" = "$before" ] || return 0
        sleep 0.05
    done
    fail "$1 has not grown again after $tries tries"
}

# end_talk: it ends by itself, and has said and left what it says and leaves bare. Leaves STATUS.
end_talk() {
    exec 8>&-
    timeout 120 cat <&9 >>traced.out
    exec 9<&-
    wait "$TALKER"
    local traced_status=$?
    INPUT=said run_bare "${TALK[@]}"
    expect_eq "exit status of ${TALK[0]}" "$STATUS" "$traced_status"
    expect_same_file "output of ${TALK[0]}" bare.out traced.out
    expect_same_file "messages of ${TALK[0]}" bare.err traced.err
}
