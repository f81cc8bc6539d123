# shellcheck shell=bash
# Sourced by every fault case, ROOM/CASE.sh: the end-to-end harness, and the vocabulary of faults.
#
# A case does something to a traced program, many times where chance has a part, and expects that the program did not
# notice and that its trace is right. Each fault ends with `survived`, which makes a row of the table in tests/README.md:
# what was tried, how often, how many traces were read, what they had lost. scripts/faults writes that table.
: "${DREGS_BUILD:?}"
CASE=$(realpath "$0")
ROOM=$(basename "$(dirname "$CASE")")
BUILT=$DREGS_BUILD/tests/hostile/$ROOM  # the room's programs and libraries
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/harness.sh"

TRACES_READ=0
declare -A LOSSES=()

# rounds USUAL FULL: how often to try; FULL for scripts/faults (DREGS_FAULTS=full).
rounds() { if is_full; then echo "$2"; else echo "$1"; fi; }
is_full() { [ "${DREGS_FAULTS:-}" = full ]; }

# tally: adds the losses that top.json tells to the row.
tally() {
    local key count
    TRACES_READ=$((TRACES_READ + 1))
    while read -r key count; do
        [ "$count" = 0 ] || LOSSES[$key]=$((${LOSSES[$key]:-0} + count))
    done < <(query top.json '"\n".join(text((key, d["loss"][key])) for key in (*LOSS, "lost_markers"))')
}

# read_trace TRACE [QUERY-PROBLEMS-OPTIONS]: a sound trace; nothing lost but what the options allow. Leaves top.json.
read_trace() {
    expect_sound "$@"
    tally
}

# expect_survives COMMAND...: the same output, messages and exit status bare and traced, a sound trace, nothing lost.
# Programs of the suite print what they see of themselves (host_state.h), so descriptors, signals and threads count too.
expect_survives() {
    expect_runs_the_same "$@"
    read_trace "$TRACE"
}

# expect_kept BLOCKS [NAME]: so many blocks of 1337 bytes are live from keep_blocks (keep_blocks.h), or from NAME.
expect_kept() {
    local name=${2:-keep_blocks}
    expect_top "blocks of $name in $TRACE" "$1 $(($1 * 1337))" "text((total('$name'), total('$name', 'live_bytes')))"
}

# survived FAULT [ROUNDS]: a row of the table; begins the next.
survived() {
    local lost="" key
    for key in "${!LOSSES[@]}"; do lost+="${lost:+, }${LOSSES[$key]} $key"; done
    if [ -n "${DREGS_FAULT_ROWS:-}" ]; then
        printf '%s\t%s\t%s\t%s\t%s\n' "$ROOM" "$1" "${2:-1}" "$TRACES_READ" "${lost:-nothing}" \
            >>"$DREGS_FAULT_ROWS/$ROOM.$(basename "$CASE" .sh)"
    fi
    echo "survived: $1, ${2:-1} rounds, $TRACES_READ traces, lost: ${lost:-nothing}"
    TRACES_READ=0 LOSSES=()
}
