#!/usr/bin/env bash
# Names are looked up once: the second report says the same out of the cache; nothing that lies in the cache's place, and
# no other process, changes what a report says.
. "$(dirname "$0")/harness.sh"
need sqlite3
cache=$HOME/.cache/dregs/symbols.db
modules() { sqlite3 "$cache" 'SELECT count(*) FROM module'; }
run_traced "$DREGS_PROGRAMS/snapshots"

"$DREGS_BIN" top --no-symbol-cache --json "$TRACE" >without.json || fail "top"
[ ! -e "$HOME/.cache" ] || fail "--no-symbol-cache: something was written"
DREGS_SYMBOL_CACHE=none "$DREGS_BIN" top "$TRACE" >top.txt || fail "top"
[ ! -e "$HOME/.cache" ] || fail "DREGS_SYMBOL_CACHE=none: something was written"

# That names come from there: what is not opened is not read.
for round in first second; do
    "$DREGS_BIN" top --json "$TRACE" >$round.json 2>$round.err || fail "top"
    expect_same_file "$round top" without.json $round.json
    [ ! -s $round.err ] || fail "says something: $(cat $round.err)"
done
[ "$(modules)" -gt 0 ] || fail "nothing was kept"
expect_eq "mode" 600 "$(stat -c %a "$cache")"
if command -v strace >/dev/null && strace -o strace.out -e trace=openat "$DREGS_BIN" top --json "$TRACE" >third.json; then
    expect_eq "libraries opened for their symbols" 0 "$(grep -c '\.so.*O_PATH' strace.out)"
fi

# Nor for an allocator that is hidden in one, which is said all the same, and also when what was kept is damaged.
plain=$TRACE
run_traced "$DREGS_PROGRAMS/hidden_malloc"
for round in found kept damaged; do
    "$DREGS_BIN" top "$TRACE" >hidden.txt 2>hidden.err || fail "top of a hidden allocator, $round"
    expect_match "hidden allocator, $round" 'hidden_malloc brings its own malloc, hidden inside it \(malloc\)' hidden.txt
    [ ! -s hidden.err ] || fail "says something: $(cat hidden.err)"
    [ $round != kept ] || sqlite3 "$cache" 'UPDATE answer SET text = randomblob(40)'
done
if command -v strace >/dev/null && "$DREGS_BIN" top "$TRACE" >/dev/null &&
    strace -o strace.out -e trace=openat "$DREGS_BIN" top "$TRACE" >hidden.txt; then
    expect_match "hidden allocator" 'hidden inside it' hidden.txt
    expect_eq "files opened to look for allocators" 0 "$(grep -c '\(\.so\|hidden_malloc"\).*O_PATH' strace.out)"
fi
TRACE=$plain

# Ten at once, in an empty cache.
rm -r "$HOME/.cache"
for i in 1 2 3 4 5 6 7 8 9 10; do "$DREGS_BIN" top --json "$TRACE" >many.$i.json 2>&1 & done
wait
for i in 1 2 3 4 5 6 7 8 9 10; do expect_same_file "one of ten" without.json many.$i.json; done
expect_eq "sound" ok "$(sqlite3 "$cache" 'PRAGMA integrity_check')"

# Damaged; no file; not to be written.
printf 'garbage %5000s' x >"$cache"
"$DREGS_BIN" top --json "$TRACE" >damaged.json 2>damaged.err || fail "top with a damaged cache"
expect_same_file "with a damaged cache" without.json damaged.json
[ ! -s damaged.err ] || fail "says something: $(cat damaged.err)"
"$DREGS_BIN" top "$TRACE" >/dev/null || fail "top"
[ "$(modules)" -gt 0 ] || fail "was not made anew"
rm "$cache" && mkdir "$cache"
"$DREGS_BIN" top --json "$TRACE" >folder.json || fail "top with a folder in the cache's place"
expect_same_file "with a folder in its place" without.json folder.json
env -u HOME "$DREGS_BIN" top --json "$TRACE" >homeless.json || fail "top without HOME"
expect_same_file "without HOME" without.json homeless.json

# sudo that leaves HOME as it was: nothing of root's is left in a user's home.
[ "$(id -u)" -eq 0 ] || exit 0
mkdir user && chown 65534 user
HOME=$PWD/user "$DREGS_BIN" top --json "$TRACE" >others.json || fail "top with another user's HOME"
expect_same_file "with another user's HOME" without.json others.json
expect_eq "files in another user's HOME" "" "$(ls -A user)"
