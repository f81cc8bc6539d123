#!/usr/bin/env bash
# A build behind the shim (make, shells, compiler, assembler, linker, ar; each process traced) makes the same files to the
# byte, and fails in the same way.
. "$(dirname "$0")/../suite.sh"
need make ar
sources=$(cd "$(dirname "$CASE")/../.." && pwd)
cat >Makefile <<'END'
objects := $(patsubst %,%.o,chain deep nswapsim spawning pools) allocators.o request_server.o
all: $(objects) library.a linked warned
%.o: $(SOURCES)/programs/%.c
	$(CC) -O2 -g -I $(SOURCES)/../include -c -o $@ $<
%.o: $(SOURCES)/programs/%.cpp
	$(CXX) -std=c++17 -fsized-deallocation -O2 -g -I $(SOURCES)/../include -c -o $@ $<
library.a: $(objects)
	ar rcD $@ $(sort $^)
linked: nswapsim.o
	$(CC) -pthread -o $@ $<
	./linked 100 leak >linked.out 2>&1
warned:
	-echo 'int main(void) { return missing; }' | $(CC) -x c -o $@ - 2>warned.err
END

build() {  # NAME PRELOAD COMPILERS...: into the folder NAME, always at the same place
    local name=$1 preload=$2
    shift 2
    mkdir place && cp Makefile place && cd place || exit 1
    env ${preload:+"LD_PRELOAD=$preload"} make -j2 --output-sync=target SOURCES="$sources" "$@" 2>&1 | sort >make.out
    expect_eq "exit status of make" 0 "${PIPESTATUS[0]}"
    cd .. && rm -rf "$name" && mv place "$name"
}

built=0
for compilers in "CC=gcc CXX=g++" "CC=clang CXX=clang++"; do
    command -v "$(echo "$compilers" | sed 's/CC=\([a-z]*\).*/\1/')" >/dev/null || continue
    # shellcheck disable=SC2086 # two words
    build bare "" $compilers
    # shellcheck disable=SC2086
    build traced "$DREGS_LIB" $compilers
    diff -r bare traced >differences || fail "what was built differs with $compilers: $(head -5 differences)"
    expect_match "what the compiler says" 'missing' traced/warned.err
    built=$((built + $(ls traced | wc -l)))
done
for trace in traces/{make,as,ld,cc1,cc1plus,clang,ar}*.dregs; do
    [ -e "$trace" ] || continue
    read_trace "$trace" inherited=True
done
[ "$TRACES_READ" -gt 10 ] || fail "only $TRACES_READ processes of the build have a trace: $(ls traces)"
survived "builds with make, gcc and clang: every file the same to the byte" "$built"
