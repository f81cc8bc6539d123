#!/usr/bin/env bash
# Who unwinds stays who it was: a C program's C++ plugin throws with libgcc_s, and programs that carry or preload one of
# the two libunwinds go on with theirs.
. "$(dirname "$0")/../suite.sh"
expect_survives "$BUILT/one_plugin" "$BUILT/throwing.so"
expect_match "who threw" '^100 caught, thrown by libgcc_s\.so\.1$' traced.out
expect_match "unwinders in the program" '^mapped: libgcc_s$' traced.out
expect_kept 100
survived "exceptions in a plugin of a C program: libgcc_s throws, no other unwinder is there" 100

expect_survives "$BUILT/own_unwinder"
expect_kept 8
survived "a program that carries libunwind, four threads that walk and throw" 4000

# Both libunwinds, before and after the shim.
shim=$DREGS_LIB tried=0
for library in /usr/lib/*/libunwind.so.8 /usr/lib/*/libunwind.so.1 /usr/lib/llvm-*/lib/libunwind.so.1; do
    [ -e "$library" ] || continue
    for preload in "$library $shim" "$shim $library"; do
        DREGS_LIB=$preload
        run bare "$library" "$BUILT/one_plugin" "$BUILT/throwing.so"
        run_traced "$BUILT/one_plugin" "$BUILT/throwing.so"
        expect_same_file "output with $preload" bare.out traced.out
        expect_same_file "messages with $preload" bare.err traced.err
        expect_match "who threw" '^100 caught' traced.out
        read_trace "$TRACE"
        expect_kept 100
        tried=$((tried + 1))
    done
done
survived "libunwind (either) preloaded before and after the shim" "$tried"
