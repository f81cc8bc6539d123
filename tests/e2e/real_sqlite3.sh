#!/usr/bin/env bash
# sqlite3 fills, indexes and queries a table in memory; what it holds at the end agrees with valgrind to the byte.
. "$(dirname "$0")/harness.sh"
need sqlite3 valgrind
cat >queries.sql <<'SQL'
create table t(a integer primary key, b text);
with recursive n(i) as (select 1 union all select i+1 from n where i<20000) insert into t select i, 'row '||i from n;
create index tb on t(b);
select count(*), sum(a), max(b) from t;
select b from t where a % 5000 = 0 order by b desc;
select no_such_function(1);
SQL
expect_counts_agree sqlite3 :memory: ".read queries.sql"
expect_match "the query's result" '20000\|200010000\|row 9999' traced.out
expect_valgrind_agrees sqlite3 :memory: ".read queries.sql"
expect_top "live bytes as valgrind counts them" "$VALGRIND_BYTES" 'd["totals"]["live_bytes"] + d["totals"]["suppressed_bytes"]'
