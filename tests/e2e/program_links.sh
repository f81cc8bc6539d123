#!/usr/bin/env bash
# A program that is started by a link is called what the user calls it, in the trace's name, to --only and in reports; so are
# its children, wherever they are. Names by which any program can be started are nobody's.
. "$(dirname "$0")/harness.sh"
need perl
cp "$DREGS_PROGRAMS/dying" file
ln -s file server

names() { ls traces | sed 's/\.[0-9].*//' | sort -u | tr '\n' ' ' | sed 's/ $//'; }
start() { rm -f traces/*; run traced "$DREGS_LIB" "$@"; }

start ./server return
expect_eq "a link" server "$(names)"
find_trace "$(cat traced.pid)"
expect_sound "$TRACE"
expect_top "in reports" "$WORK/server" 'd["trace"]["program"]'
expect_top "its module is the file" True 'any(f["module"] == "'"$WORK"'/file" for s in d["sites"] for f in s["frames"])'
start ./file return
expect_eq "the file" file "$(names)"

for name in server file; do
    DREGS_ONLY=other,$name start ./server return
    expect_eq "--only $name" server "$(names)"
done
DREGS_ONLY=other start ./server return
expect_eq "--only another" "" "$(names)"

ln -s "$(command -v perl)" pearl
start ./pearl -e 'chdir "/"; exit 0 if fork == 0; wait; exec "/proc/self/exe", "-e", "exit 3"'
expect_eq "exit status" 3 "$STATUS"
file=$(basename "$(readlink -f pearl)")
expect_eq "traces of the file by itself, of the link, and of a child of that which went elsewhere" "1 $file 2 pearl" \
    "$(ls traces | sed 's/\.[0-9].*//' | sort -r | uniq -c | awk '{ printf "%s%s %s", gap, $1, $2; gap = " " }')"

printf '#!%s\nexit 4;\n' "$(command -v perl)" >script && chmod +x script
start ./script
expect_eq "exit status" 4 "$STATUS"
expect_eq "a script is its interpreter" "$file" "$(names)"
