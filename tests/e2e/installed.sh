#!/usr/bin/env bash
# cmake --install into an empty prefix: a consumer builds with find_package and with pkg-config, and both are traced. Into
# DESTDIR the same files, which know nothing of it.
. "$(dirname "$0")/harness.sh"
need pkg-config
cmake --install "$DREGS_BUILD" --prefix "$WORK/prefix" >install.log || fail "install: $(tail -5 install.log)"
prefix=$WORK/prefix
for file in bin/dregs include/dregs/dregs.h include/dregs/api_table.h; do
    [ -f "$prefix/$file" ] || fail "not installed: $file"
done
cp "$HARNESS_DIR/../programs/marker_c11.c" .
cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.20)
project(consumer C)
find_package(dregs 0.1 REQUIRED)
add_executable(consumer marker_c11.c)
target_link_libraries(consumer PRIVATE dregs::dregs)
file(WRITE ${CMAKE_BINARY_DIR}/shim "${DREGS_SHIM}")
END
cmake -S . -B consumer -G Ninja -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$DREGS_CC" >cmake.log 2>&1 && cmake --build consumer >>cmake.log 2>&1 ||
    fail "find_package: $(tail -20 cmake.log)"
export PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name dregs.pc)")
"$DREGS_CC" $(pkg-config --cflags --libs dregs) marker_c11.c -o by_pkg_config || fail "pkg-config --cflags --libs dregs"
expect_eq "the shim by both ways" "$(cat consumer/shim)" "$(realpath "$(pkg-config --variable=shim dregs)")"

DREGS_LIB=$(cat consumer/shim)
DREGS_BIN=$prefix/bin/dregs
for program in consumer/consumer ./by_pkg_config; do
    run_traced "$program"
    expect_eq "exit status of $program under the installed shim" 17 "$STATUS"
    expect_sound "$TRACE"
done
# The installed analyzer finds the installed shim by itself.
"$DREGS_BIN" run --output "$WORK/traces/run.%p.dregs" -- ./by_pkg_config >/dev/null 2>run.err
expect_eq "exit status under dregs run" 17 $?
for file in share/man/man1/dregs.1 share/bash-completion/completions/dregs share/zsh/site-functions/_dregs share/fish/vendor_completions.d/dregs.fish; do
    [ -s "$prefix/$file" ] || fail "not installed: $file"
done

DESTDIR=$WORK/dest cmake --install "$DREGS_BUILD" --prefix "$prefix" >install.log || fail "install: $(tail -5 install.log)"
diff -r "$prefix" "$WORK/dest$prefix" || fail "DESTDIR: not the same files"
expect_eq "files outside of the prefix" "" "$(find dest -type f -not -path "dest$prefix/*")"
expect_eq "files that name DESTDIR" "" "$(grep -rlF "$WORK/dest" dest || true)"
