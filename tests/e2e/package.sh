#!/usr/bin/env bash
# The Debian package: says what it needs, and from a folder of its own traces a program, shows the trace and its pages.
. "$(dirname "$0")/harness.sh"
need cpack dpkg-deb dpkg-shlibdeps file
# What is built is packed as it stands: nothing is built anew while other tests run.
cmake --install "$DREGS_BUILD" --prefix "$WORK/stage/usr" --strip >install.log 2>&1 || fail "install: $(tail -5 install.log)"
cpack --config "$DREGS_BUILD/CPackConfig.cmake" -B "$WORK/packed" -D CPACK_INSTALL_CMAKE_PROJECTS= \
    -D CPACK_INSTALLED_DIRECTORIES="$WORK/stage;." >cpack.log 2>&1 || fail "cpack: $(tail -5 cpack.log)"
package=$(echo packed/dregs_*_amd64.deb)
[ -f "$package" ] || fail "no package: $(ls packed)"
dpkg-deb -f "$package" >control
expect_match "what it needs" '^Depends: .*libc6 \(>= ' control
for library in libdw1 libstdc..6 libsqlite3-0 zlib1g; do expect_match "what it needs" "^Depends: .*$library" control; done
! grep -E '^Depends: .*(-dev|libgtest)' control || fail "it needs packages for building"
dpkg-deb -x "$package" root || fail "dpkg-deb -x"
for file in bin/dregs include/dregs/dregs.h share/man/man1/dregs.1.gz share/doc/dregs/copyright share/doc/dregs/changelog.gz \
    share/doc/dregs/CHANGELOG.md.gz share/lintian/overrides/dregs \
    share/bash-completion/completions/dregs share/zsh/vendor-completions/_dregs share/fish/vendor_completions.d/dregs.fish; do
    [ -s "root/usr/$file" ] || fail "not in the package: $file"
done
expect_eq "the package's scripts and such" "control md5sums triggers" "$(dpkg-deb --ctrl-tarfile "$package" | tar t | grep -v '/$' | sed 's|^\./||' | sort | xargs)"
expect_eq "files outside of /usr" "" "$(dpkg-deb -c "$package" | awk '{print $6}' | grep -Ev '^\./$|^\./usr/')"
expect_eq "paths of the build in the package" "" "$(grep -rlF "$DREGS_BUILD" root || true)"

# On a machine that has nothing else of us.
DREGS_BIN=$WORK/root/usr/bin/dregs
unset DREGS_LIBRARY
"$DREGS_BIN" run -- "$DREGS_PROGRAMS/dying" exit >out 2>err
expect_eq "exit status under dregs run" 4 $?
expect_eq "output" ready "$(cat out)"
expect_sound "$(echo traces/dying.*.dregs)"
expect_top "blocks" 7 'd["totals"]["live_blocks"]'
expect_match "its own library was used" "$WORK/root/usr/lib.*/libdregs.so" <("$DREGS_BIN" run --print-environment -- true)
