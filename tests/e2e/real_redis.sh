#!/usr/bin/env bash
# redis-server under redis-benchmark: snapshots and a diff while it serves, without disturbing it.
. "$(dirname "$0")/harness.sh"
need redis-server redis-cli redis-benchmark
ask() { redis-cli -s "$WORK/redis.sock" "$@"; }

LD_PRELOAD=$DREGS_LIB redis-server --port 0 --unixsocket "$WORK/redis.sock" --save '' --appendonly no --activerehashing no \
    --dir "$WORK" >redis.log 2>&1 &
server=$!
STARTED+=("$server")
wait_for 10 ask ping
find_trace "$server"

redis-benchmark -s "$WORK/redis.sock" -q -n 300000 -c 20 -r 1000 -t set,get,lpush,lpop,sadd,hset >benchmark.out 2>&1 &
load=$!
wait_for 10 grep -q SET benchmark.out
"$DREGS_BIN" snapshot "$server" -o during.dregs || fail "no snapshot while redis serves"
"$DREGS_BIN" snapshot --consistent "$server" -o stopped.dregs || fail "no consistent snapshot while redis serves"
wait "$load" || fail "redis-benchmark failed: $(cat benchmark.out)"
dregs_json top during.dregs >during.json
expect_sound stopped.dregs

ask flushall >/dev/null
ask eval 'for i = 1, 5000 do redis.call("set", "before" .. i, "a value") end' 0 >/dev/null
"$DREGS_BIN" snapshot "$server" -o before.dregs || fail "no first snapshot"
ask eval 'for i = 1, 1000 do redis.call("set", "leak" .. i, "another value") end' 0 >/dev/null
"$DREGS_BIN" snapshot "$server" -o after.dregs || fail "no second snapshot"
dregs_json diff before.dregs after.dregs >diff.json
# A key is three blocks: its entry, its name, its value.
expect_json "sites that grew by exactly the 1000 keys" 3 diff.json 'len([s for s in d["sites"] if s["delta_blocks"] == 1000])'
expect_json "the three sites lead the ranking" "1000 1000 1000" diff.json 'text(s["delta_blocks"] for s in d["sites"][:3])'

expect_eq "keys that redis holds" 6000 "$(ask dbsize)"
ask shutdown nosave
wait "$server"
expect_eq "exit status of redis-server" 0 $?
expect_sound "$TRACE"
