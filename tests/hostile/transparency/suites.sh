#!/usr/bin/env bash
# The test suites of real programs say the same behind the shim: each runs Debian's own build of the program, bare and
# traced, from the source package's tests. Takes some minutes and the network: in the whole suite only.
. "$(dirname "$0")/../suite.sh"
is_full || { echo "in the whole suite only: scripts/faults transparency"; exit 0; }
. "$(dirname "$CASE")/source_package.bash"
need tar xz make

expect_many() { [ "$TESTS" -ge "$1" ] || fail "only $TESTS results, expected at least $1: $(tail -5 traced.out traced.err)"; }

# perl's core: a line for each file of tests, with the number that failed.
if fetch_source perl; then
    ln -s "$(command -v perl)" perl/t/perl
    same_results perl '/^t\//p' sh -c 'cd perl/t && ./perl -I../lib TEST base/*.t cmd/*.t op/*.t re/*.t io/*.t uni/*.t'
    expect_many 150
    survived "perl's core tests: the same results" "$TESTS"
fi

if fetch_source redis; then
    cp "$(command -v redis-server)" "$(command -v redis-cli)" "$(command -v redis-benchmark)" redis/src/
    same_results redis 's/\x1b\[[0-9;]*m//g; s/^(\[(ok|err|exception)\]: [^(]*).*/\1/p' sh -c 'cd redis && tclsh tests/test_helper.tcl \
        --clients 2 --single unit/type/list --single unit/type/hash --single unit/type/zset --single unit/multi --single unit/expire \
        --single unit/scripting --single unit/pubsub --single unit/dump --single unit/aofrw --single integration/rdb'
    expect_many 200
    survived "redis' tests: the same results" "$TESTS"
fi

# bash's own: what its scripts print.
if fetch_source bash; then
    for tool in recho zecho xcase; do cc -w -I bash -I bash/include -o bash/tests/$tool bash/support/$tool.c || fail "cannot build $tool"; done
    same_results bash 's/[0-9]{2,}/N/g; s/[0-9]+(\.[0-9]+)?s/Ns/g; p' \
        sh -c 'cd bash/tests && PATH=$PWD:$PATH THIS_SH=/bin/bash BUILD_DIR=$PWD/.. sh run-all'
    expect_many 1000
    survived "bash's tests: the same output, lines" "$TESTS"
fi

# sqlite builds its own test program; memsubsys and malloc fail its allocations one after the other.
if fetch_source sqlite3; then
    (cd sqlite3 && ./configure && make -j2 testfixture) >build.log 2>&1 || fail "cannot build sqlite: $(tail -5 build.log)"
    # shellcheck disable=SC2016 # for that shell
    same_results sqlite '/^[0-9]+ errors out of [0-9]+ tests/{s/ on .*//;p}; /^! /p; s/^(.*\.\.\. (Ok|Omitted).*)/\1/p' sh -c 'cd sqlite3 &&
        for test in select1 insert2 join trans vacuum fts3aa memsubsys1 malloc malloc3 thread001 wal; do ./testfixture test/$test.test; done'
    expect_many 1000
    survived "sqlite's tests: the same results" "$TESTS"
fi

# A build of a library with its own tests: every file the same.
if fetch_source zlib; then
    mv zlib source
    for run in bare traced; do
        cp -a source zlib
        preload=
        [ $run = bare ] || preload=$DREGS_LIB
        # shellcheck disable=SC2086 # nothing, or one word
        (cd zlib && env ${preload:+LD_PRELOAD=$preload} sh -c './configure && make -j1 && make check' >../$run.out 2>&1) ||
            fail "zlib cannot be built, $run: $(tail -5 $run.out)"
        rm -f zlib/configure.log
        mv zlib "zlib.$run"
    done
    diff -r zlib.bare zlib.traced >differences || fail "zlib differs: $(head -5 differences)"
    expect_match "zlib's tests" 'zlib test OK' traced.out
    expect_same_file "what the build says" bare.out traced.out
    survived "zlib built and checked: every file the same to the byte" "$(find zlib.traced -type f | wc -l)"
fi
