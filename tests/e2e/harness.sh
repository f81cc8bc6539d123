# shellcheck shell=bash
# Sourced by every end-to-end test: a folder of its own, runs bare and traced, questions to the analyzer, expectations.
#
# ctest gives DREGS_BIN, DREGS_LIB and DREGS_PROGRAMS. A test ends at its first failed expectation, which says what was
# expected and what came instead. It must not write outside its folder, nor leave a process behind.
set -u -o pipefail

: "${DREGS_BIN:?} ${DREGS_LIB:?} ${DREGS_PROGRAMS:?}"
HARNESS_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
DATA=$HARNESS_DIR/../data
WORK=$(mktemp -d "${TMPDIR:-/tmp}/dregs-e2e.XXXXXX")
PYTHON=/usr/bin/python3
STARTED=()  # processes to end with the test

clean_up() {
    local status=$? pid
    for pid in "${STARTED[@]}"; do kill "$pid" 2>/dev/null; done
    cd / && rm -rf "$WORK"
    exit "$status"
}
trap clean_up EXIT
cd "$WORK" && mkdir traces
unset LD_PRELOAD
# No pager: on a terminal without a person it would wait for a key for ever.
export DREGS_PAGER="" HOME=$WORK LC_ALL=C.UTF-8 DREGS_OUTPUT=$WORK/traces/%n.%p.dregs COUNT_OUTPUT=$WORK/count

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

skip() {
    echo "SKIP: $*"
    exit 77
}

# need PROGRAM...: skips the test where one is missing.
need() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null || skip "$program is not installed"
    done
}

# DREGS_BROWSER=firefox: pages are opened in that.
need_browser() {
    if [ "${DREGS_BROWSER:-}" = firefox ]; then need firefox-esr; else need chromium; fi
}

expect_eq() {  # WHAT EXPECTED ACTUAL
    [ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}

expect_same_file() {  # WHAT EXPECTED ACTUAL
    cmp -s "$2" "$3" && return
    diff -a "$2" "$3" | head -20 >&2
    fail "$1: $3 differs from $2"
}

expect_match() {  # WHAT REGEX FILE
    grep -Eq -- "$2" "$3" && return
    head -20 "$3" >&2
    fail "$1: no line of $3 matches '$2'"
}

# run NAME PRELOAD COMMAND...: leaves NAME.out, NAME.err and NAME.pid; STATUS is the exit status. Standard input is
# NAME-independent: the file INPUT, or nothing.
run() {
    local name=$1 preload=$2
    shift 2
    : >run.began
    {
        (
            echo "$BASHPID" >"$name.pid"
            # bash exports $_ now and then: a variable more or less is a block more or less in perl and bash
            exec env -u _ ${preload:+"LD_PRELOAD=$preload"} "$@" <"${INPUT:-/dev/null}" >"$name.out" 2>"$name.err"
        )
    } 2>/dev/null
    STATUS=$?
}

run_bare() { run bare "" "$@"; }

# Leaves TRACE, the trace of the program itself (children have their own).
run_traced() {
    run traced "$DREGS_LIB" "$@"
    find_trace "$(cat traced.pid)"
}

# preload_with NAME...: the shim, and behind it these adapters.
preload_with() {
    local name list=$DREGS_LIB
    for name in "$@"; do list+=" $(dirname "$DREGS_LIB")/dregs/libdregs-$name.so"; done
    echo "$list"
}

# expect_bare_and_traced_agree NAME STATUS: what the two runs before wrote, and that the second ended like the first.
expect_bare_and_traced_agree() {
    expect_eq "exit status of $1" "$2" "$STATUS"
    expect_same_file "output of $1" bare.out traced.out
    expect_same_file "messages of $1" bare.err traced.err
}

# start_waiting COMMAND...: a traced program that says "ready" and goes on until descriptor 5 is closed. Leaves its
# `process` and TRACE.
start_waiting() {
    mkfifo input
    LD_PRELOAD=$DREGS_LIB "$@" <input >out &
    process=$!
    STARTED+=("$process")
    exec 5>input
    wait_for 60 grep -q ready out
    find_trace "$process"
}

# run_adapted NAME COMMAND...: as run_traced, with the adapter NAME.
run_adapted() {
    run traced "$(preload_with "$1")" "${@:2}"
    find_trace "$(cat traced.pid)"
}

# expect_adapted_the_same NAME COMMAND...: as expect_sound_run, with the adapter NAME.
expect_adapted_the_same() {
    run_bare "${@:2}"
    local bare_status=$STATUS
    run_adapted "$@"
    expect_bare_and_traced_agree "$2" "$bare_status"
    expect_sound "$TRACE"
}

# find_trace PID: TRACE is its first trace. Process ids come again: not that of one that ended before the last `run` began.
find_trace() {
    local numbered
    TRACE=$(find traces -name "*.$1.dregs")
    [ -n "$TRACE" ] || fail "no trace of process $1 in traces/: $(ls traces)"
    [ -e run.began ] && [ "$TRACE" -ot run.began ] || return 0
    for numbered in $(find traces -name "*.$1.[0-9]*.dregs" | sort -V); do
        [ "$numbered" -ot run.began ] || { TRACE=$numbered && return 0; }
    done
}

# run_counted COMMAND...: COUNTED is the number of blocks live at the end, by an independent count.
run_counted() {
    run counted "$DREGS_PROGRAMS/block_counter.so" "$@"
    COUNTED=$(od -An -td8 "count.$(cat counted.pid)" | awk '{print $1 - $2}')
}

# expect_runs_the_same COMMAND...: the same output, messages and exit status bare and traced. Leaves TRACE and STATUS.
expect_runs_the_same() {
    run_bare "$@"
    local bare_status=$STATUS
    run_traced "$@"
    expect_bare_and_traced_agree "$1" "$bare_status"
}

# expect_sound_run COMMAND...: expect_runs_the_same and a sound trace. For programs with markers: without the shim their
# failed look-up leaves the C library's error message as a block more, so an independent count would not agree.
expect_sound_run() {
    expect_runs_the_same "$@"
    expect_sound "$TRACE"
}

# expect_counts_agree COMMAND...: expect_runs_the_same, a sound trace, and as many live blocks as an independent count.
expect_counts_agree() {
    expect_sound_run "$@"
    run_counted "$@"
    expect_top "live blocks as counted independently" "$COUNTED" 'd["totals"]["live_blocks"] + d["totals"]["suppressed_blocks"]'
}

# expect_valgrind_agrees COMMAND...: as many live blocks as valgrind counts. Leaves VALGRIND_BYTES. After expect_sound.
expect_valgrind_agrees() {
    valgrind --run-libc-freeres=no --run-cxx-freeres=no --log-file=valgrind.log "$@" </dev/null >/dev/null 2>&1
    local in_use
    in_use=$(sed -n 's/,//g; s/^.*in use at exit: \([0-9]*\) bytes in \([0-9]*\) blocks.*/\1 \2/p' valgrind.log)
    [ -n "$in_use" ] || fail "valgrind did not count: $(cat valgrind.log)"
    VALGRIND_BYTES=${in_use% *}
    expect_top "live blocks as valgrind counts them" "${in_use#* }" 'd["totals"]["live_blocks"] + d["totals"]["suppressed_blocks"]'
}

dregs_json() {  # COMMAND TRACE... > file; a failing analyzer fails the test
    "$DREGS_BIN" "$1" --json "${@:2}" 2>analyzer.err && return
    cat analyzer.err >&2
    fail "dregs $1 --json ${*:2}: exit status $?"
}

query() {  # JSON-FILE EXPRESSION
    "$PYTHON" "$HARNESS_DIR/query.py" "$1" "$2" || fail "cannot ask $1 for $2"
}

expect_json() {  # WHAT EXPECTED JSON-FILE EXPRESSION
    local actual
    actual=$(query "$3" "$4") || exit 1
    expect_eq "$1" "$2" "$actual"
}

# expect_sound TRACE [QUERY-PROBLEMS-OPTIONS]: valid JSON whose sums agree, and nothing lost. Leaves top.json.
expect_sound() {
    dregs_json top -n 1000000 "$1" >top.json
    expect_json "problems of $1" "" top.json "problems(${2:-})"
}

expect_top() { expect_json "$1" "$2" top.json "$3"; }  # WHAT EXPECTED EXPRESSION, after expect_sound

load_scopes() {  # TRACE -> scopes.json
    dregs_json scopes "$1" >scopes.json
}

expect_kind() {  # NAME KEY VALUE [KEY VALUE ...], after load_scopes
    local name=$1
    shift
    while [ $# -gt 0 ]; do
        expect_json "scope kind $name: $1" "$2" scopes.json "kind('$name')['$1']"
        shift 2
    done
}

# expect_page CASE PAGE [JSON]: what browser/report_page.py expects of a page of `dregs report`.
expect_page() {
    PYTHONDONTWRITEBYTECODE=1 "$PYTHON" "$HARNESS_DIR/../browser/report_page.py" "$@" || fail "page $2: $1"
}

# wait_for SECONDS COMMAND...: until it succeeds. Six times the seconds: they are a quiet machine's.
wait_for() {
    local tries=$(($1 * 6 * 20))
    shift
    while ! "$@" >/dev/null 2>&1; do
        [ $((tries -= 1)) -gt 0 ] || fail "waited too long for: $*"
        sleep 0.05
    done
}
