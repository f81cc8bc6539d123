#!/usr/bin/env bash
# The queries that the room's README names answer as the commands do, asked by the sqlite3 shell.
. "$(dirname "$0")/harness.sh"
need sqlite3
run_traced "$DREGS_PROGRAMS/scopes_nested"
expect_sound "$TRACE"
"$DREGS_BIN" export --format=sqlite -o live.db "$TRACE" >/dev/null || fail "export"
ask() { sqlite3 -batch live.db "$1" || fail "cannot ask: $1"; }
expect_eq "integrity" ok "$(ask 'PRAGMA integrity_check')"
expect_eq "sums of the sites" "$(query top.json 'str(d["totals"]["live_blocks"]) + "|" + str(d["totals"]["live_bytes"])')" \
    "$(ask 'SELECT sum(live_blocks), sum(live_bytes) FROM top')"
load_scopes "$TRACE"
expect_eq "survivors by kind" \
    "$(query scopes.json '"\n".join(sorted("%s|%d|%d|%d" % (k["name"], k["entered"], k["left"], k["survivor_blocks"]) for k in d["kinds"]))')" \
    "$(ask "SELECT scope, entered, left, survivor_blocks FROM by_kind WHERE scope <> '' ORDER BY scope")"
expect_eq "instances that survivors are in" "$(query scopes.json 'sum(k["survivor_instances"] for k in d["kinds"])')" \
    "$(ask 'SELECT count(*) FROM instances WHERE survivor_blocks > 0')"

# Each query of the README runs.
readme=$HARNESS_DIR/../../analyzer/export/README.md
sed -n '/^```sql/,/^```/{/^```/d;p}' "$readme" >queries.sql
[ "$(grep -c ';' queries.sql)" -ge 4 ] || fail "the README has no queries"
sqlite3 -batch -bail live.db <queries.sql >answers.txt || fail "a query of the README"
[ -s answers.txt ] || fail "the README's queries answer nothing"

"$DREGS_BIN" export --format=sqlite "$TRACE" >none.out 2>none.err
expect_eq "status without -o" 2 $?
expect_match "what it says" 'needs -o' none.err

# Through a link to a folder, under names that mean something to SQLite; never into a link or over a file.
mkdir real && ln -s real linked
for name in linked/x.db :memory: file:x.db; do
    "$DREGS_BIN" export --format=sqlite -o "$name" "$TRACE" >path.txt || fail "export to $name"
    expect_eq "where it went" "$name" "$(cat path.txt)"
    expect_eq "what it holds" ok "$(sqlite3 -batch "./$name" 'PRAGMA integrity_check')"
done
echo precious >precious && ln -s precious pointer.db
"$DREGS_BIN" export --format=sqlite -o pointer.db "$TRACE" >path.txt || fail "export beside a link"
expect_eq "the name beside the link" pointer.2.db "$(cat path.txt)"
expect_eq "what the link points to" precious "$(cat precious)"
