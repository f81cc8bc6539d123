#!/usr/bin/env bash
# redis-server under dregs run: snapshots by growth, by request and at its exit, while it serves; keys that are never removed
# are what grows, those that come and go are not.
. "$(dirname "$0")/harness.sh"
need redis-server redis-cli
ask() { redis-cli -s "$WORK/redis.sock" "$@"; }
add_keys() { ask eval "for i = 1, $2 do redis.call('set', '$1' .. i, 'a value of its own') end" 0 >/dev/null; }
count() { find traces -name "*.$1.*dregs" | wc -l; }
has() { [ "$(count "$2")" -ge "$1" ]; }

"$DREGS_BIN" run --hints --snapshot-growth=60000blocks --snapshot-signal=USR1 --snapshot-exit -- redis-server --port 0 \
    --unixsocket "$WORK/redis.sock" --save '' --appendonly no --activerehashing no --dir "$WORK" >redis.log 2>redis.err &
HOST=$!
STARTED+=("$HOST")
wait_for 10 ask ping

for round in 1 2 3 4 5 6 7 8; do
    add_keys "leak$round." 250
    add_keys "session" $((500 + 60 * (round % 2)))
    kill -USR1 "$HOST"
    wait_for 10 has "$round" signal
    ask eval "for i = 1, 1000 do redis.call('del', 'session' .. i) end" 0 >/dev/null
done
expect_eq "nothing grew by 60000 blocks" 0 "$(count growth)"
dregs_json diff traces/*.signal.*dregs >diff.json
# A key is three blocks: its entry, its name, its value.
# The rounds are as long as the machine is busy, so what their trend is said to be is no matter here.
expect_json "sites that grew by 1750 keys" 3 diff.json \
    'len([s for s in d["sites"] if s["delta_blocks"] in range(1690, 1811)])'
add_keys "burst" 22000
wait_for 10 has 1 growth

ask shutdown nosave
wait "$HOST"
expect_eq "exit status of redis-server" 0 $?
expect_eq "its last state" 1 "$(count exit)"
expect_match "what was taken" '^dregs: trace: .*, 10 snapshots; next: dregs diff' redis.err
