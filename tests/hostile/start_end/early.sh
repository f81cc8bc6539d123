#!/usr/bin/env bash
# Allocations before main, some of them before the shim itself has been relocated.
. "$(dirname "$0")/../suite.sh"

# The byte that an unrelocated thread-local variable would be read from depends on where the thread's control block lies.
shim=$DREGS_LIB
for padding in 0 1 2 3; do
    [ "$padding" = 0 ] || cp "$BUILT/tls_64.so" "padding_$padding.so"
    DREGS_LIB="$(find "$PWD" -name 'padding_*.so' -printf '%p ')$shim"
    expect_survives "$BUILT/early"
    expect_match "what the program found wrong" "^wrong: 0$" traced.out
    expect_kept 6
done
survived "allocating IFUNC resolvers (one before the shim is relocated), preinit array, constructors, dlsym, dlerror" 4

DREGS_LIB="$BUILT/early_constructor.so $shim"
expect_survives "$BUILT/early"
expect_kept 7
survived "a constructor that runs before the shim's"

DREGS_LIB=$shim
export LD_AUDIT=$BUILT/auditor.so
expect_runs_the_same "$BUILT/ending" exit
unset LD_AUDIT
read_trace "$TRACE"
expect_kept 9
survived "an ld.so audit module that allocates in every callback, with profiled bindings"
