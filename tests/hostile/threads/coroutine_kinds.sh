#!/usr/bin/env bash
# Coroutines of many libraries: a stack ends, whole, with the function that the coroutine began with.
. "$(dirname "$0")/../suite.sh"
sources=$(dirname "$CASE")/coroutine_libraries
tried=0

# The stacks of the blocks that keep_blocks keeps: each a line of functions, innermost first.
stacks() {
    dregs_json top "$TRACE" --by=stack -n 0 >stacks.json
    sed -i 's/__restore_rt//' stacks.json
    query stacks.json '"\n".join(sorted({" ".join(functions(s)) for s in d["sites"] if "keep_blocks" in functions(s)}))'
}

# expect_ends KIND FUNCTIONS: all ten blocks have the one stack.
expect_ends() {
    expect_survives "$BUILT/coroutine_kinds" "$1"
    expect_kept 10
    expect_eq "stack of $1" "keep_blocks $2" "$(stacks)"
    tried=$((tried + 1))
}

for kind in libcoro libtask minicoro boost libaco; do
    expect_ends "$kind" "(anonymous namespace)::body_by_hand"
done
expect_ends context "(anonymous namespace)::body_of_context"
expect_ends qemu_context "(anonymous namespace)::body_of_jumps (anonymous namespace)::trampoline_of_context"
# Where a handler returns to has no name in most C libraries.
expect_ends qemu_signal "(anonymous namespace)::body_of_jumps (anonymous namespace)::trampoline_of_signal "

# Real ones. Boost, greenlet and Ruby, whose packages are large, in the whole suite, or where they are.
expect_survives perl -MCoro -e \
    'for (1..20) { async { my @kept = map { "x" x 1000 } 1..50; cede; push @kept, "y" x 2000; push @main::all, @kept } } cede for 1..5; print scalar(@main::all), "\n"'
expect_match "Coro of perl" "^1020$" traced.out
tried=$((tried + 1))

if ${DREGS_CXX:-c++} -O1 -g "$sources/boost_coroutines.cpp" -I"$(dirname "$CASE")/../../.." -lboost_context -o boost_coroutines 2>boost.err; then
    expect_survives ./boost_coroutines
    expect_kept 20
    expect_eq "stacks of Boost's" 2 "$(stacks | wc -l)"
    tried=$((tried + 2))
elif is_full; then
    fail "Boost is not installed: $(cat boost.err)"
fi
if /usr/bin/python3 -c 'import greenlet' 2>/dev/null; then
    PYTHONMALLOC=malloc expect_survives /usr/bin/python3 "$sources/greenlets.py"
    tried=$((tried + 1))
elif is_full; then
    fail "greenlet is not installed"
fi
if command -v /usr/bin/ruby >/dev/null; then
    expect_survives /usr/bin/ruby "$sources/fibers.rb"
    tried=$((tried + 1))
elif is_full; then
    fail "Ruby is not installed"
fi
survived "coroutines of many libraries, stacks that go while others live" "$tried"
