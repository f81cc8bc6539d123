#!/usr/bin/env bash
# Python's own tests have the same results behind the shim: threads, forks, signals, subprocesses, its ctypes' closures.
# A test that depends on chance may be tried again.
. "$(dirname "$0")/../suite.sh"
"$PYTHON" -c 'import test.test_json' 2>/dev/null || skip "libpython3.*-testsuite is not installed"
results=$(dirname "$CASE")/python_results.py

# same_results TEST...: one after the other, bare and traced.
same_results() {
    local try test
    for test in "$@"; do
        rm -rf traces bare.results && mkdir traces
        run_bare "$PYTHON" "$results" bare.results "$test"
        for try in 1 2 3; do
            rm -f traced.results
            run traced "$DREGS_LIB" "$PYTHON" "$results" traced.results "$test"
            cmp -s bare.results traced.results && break
            echo "again: $test, $(diff bare.results traced.results | head -5)"
            run_bare "$PYTHON" "$results" bare.results "$test"
        done
        expect_same_file "results of $test" bare.results traced.results
        tests=$((tests + $(wc -l <traced.results)))
        find_trace "$(cat traced.pid)"
        read_trace "$TRACE" 'allow=("truncated_stacks",)'  # ctypes' closures are generated code
    done
}

tests=0
same_results test.test_json test.test_thread test.test_ctypes
if is_full; then
    same_results test.test_{fork1,threading,threadsignals,signal,subprocess,faulthandler,sqlite3,mmap,os,exceptions} \
        test.test_{gc,weakref,zlib,tracemalloc,capi,select,selectors,posix,pty,io}
fi
[ "$tests" -gt 100 ] || fail "only $tests tests were run"
survived "Python's own tests: the same results" "$tests"
