# shellcheck shell=bash
# Sourced after harness.sh by tests that run programs/obedient under `dregs run` and tell it what to do.

# start_host OPTION...: HOST is the pid of dregs run, PROGRAM that of obedient; answers come to host.out.
start_host() {
    rm -f commands && mkfifo commands
    : >host.out
    "$DREGS_BIN" run "$@" -- "$DREGS_PROGRAMS/obedient" <commands >host.out 2>host.err &
    HOST=$!
    STARTED+=("$HOST")
    exec 6>commands
    ANSWERS=1
    wait_for 10 answered
    wait_for 10 program_is_there
    PROGRAM=$(pgrep -P "$HOST")
}
program_is_there() { pgrep -P "$HOST" -x obedient; }
answered() { [ "$(grep -cE '^(ready|done)$' host.out)" -ge "$ANSWERS" ]; }

tell() {  # COMMAND...: waits for its answer
    ANSWERS=$((ANSWERS + 1))
    echo "$*" >&6
    wait_for 10 answered
}

# end_host [COMMAND...]: leaves STATUS
end_host() {
    echo "${*:-exit 0}" >&6
    exec 6>&-
    wait "$HOST" 2>/dev/null
    STATUS=$?
}

snapshots() { find traces -name "*.$1.*dregs" | wc -l; }  # REASON -> how many there are
has_snapshots() { [ "$(snapshots "$2")" -ge "$1" ]; }     # COUNT REASON
blocks_in() { dregs_json top "$1" >top.json && query top.json 'total("keep")'; }
