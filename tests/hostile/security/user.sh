#!/usr/bin/env bash
# A server that gives up being root can not open its trace again: the trace takes what it may need before. Where that was
# too little the server goes on, what there is no room for is counted, and the trace says why. Once the file is given to
# the new user it grows again.
. "$(dirname "$0")/../suite.sh"
. "$(dirname "$0")/../talk.sh"
[ "$(id -u)" = 0 ] || skip "needs root, who can become another user"
nobody=$(id -u nobody)
chmod 755 "$WORK" traces

start_talk "$BUILT/holder"
say hold 1000
say user "$nobody"
say hold 1000000
end_talk
read_trace "$TRACE"
expect_top "blocks held" 1001000 'total("hold")'
survived "setuid from root to nobody, then a million blocks"
is_full || exit 0

HELD=12000000
accounted='total("hold") + d["loss"]["unrecorded_allocs"]'
rm -rf traces/*
start_talk "$BUILT/holder"
say user "$nobody"
say hold "$HELD"
cp "$TRACE" then.dregs
read_trace then.dregs "'unrecorded_allocs'"
expect_top "blocks held, recorded or lost" "$HELD" "$accounted"
expect_top "something was lost, and the trace says why" True \
    'd["loss"]["unrecorded_allocs"] > 1000000 and any("the process may not open its file" in n for n in d["loss"]["notes"])'
chown "$nobody" "$TRACE"
until_it_grows "$TRACE"
end_talk
read_trace "$TRACE" "'unrecorded_allocs'"
expect_top "blocks held, recorded or lost, at the end" "$HELD" "$accounted"
survived "setuid, then more blocks than there was room for, until the file was given to the new user"
