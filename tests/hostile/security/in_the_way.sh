#!/usr/bin/env bash
# Things of others where the trace, a snapshot or a report's copy will be: none is followed, opened or written, and what
# we write can be read by its owner alone, whatever the umask.
. "$(dirname "$0")/../suite.sh"
name=fixed
export DREGS_OUTPUT=$WORK/sticky/$name.dregs
mkdir sticky && chmod 1777 sticky
head -c 5000 /dev/urandom >precious
cp precious original && chmod 666 precious
umask 000
ln -s "$WORK/precious" sticky/$name.dregs
ln -s /nonexistent/elsewhere sticky/$name.2.dregs
ln precious sticky/$name.3.dregs
mkfifo sticky/$name.4.dregs
mkdir sticky/$name.5.dregs
ln -s loop sticky/$name.6.dregs && ln -s $name.6.dregs sticky/loop
mknod sticky/$name.7.dregs c 1 7 2>/dev/null || mkfifo sticky/$name.7.dregs # /dev/full
chown -h nobody sticky/* 2>/dev/null
ls -lR sticky >before

expect_trace_alone() {  # WHAT FILE: the file is a trace, its owner's alone; nothing else has changed
    expect_eq "$1: mode of $2" 600 "$(stat -c %a "$2")"
    mv "$2" "$WORK/one.dregs"
    ls -lR sticky >after
    expect_same_file "$1: what else is there" before after
    expect_same_file "$1: what the links lead to" original precious
    read_trace one.dregs
}

touch said
for mask in 000 077 777; do
    umask $mask
    LD_PRELOAD=$DREGS_LIB "$DREGS_PROGRAMS/dying" exit >said 2>&1
    STATUS=$?
    umask 000
    expect_eq "status with umask $mask" 4 "$STATUS"
    expect_trace_alone "umask $mask" sticky/$name.8.dregs
done
survived "links, a hard link, a FIFO, a directory, a device where the trace would be, with any umask" 3

# The analyzer's copies.
DREGS_OUTPUT=$WORK/own.dregs run traced "$DREGS_LIB" "$DREGS_PROGRAMS/dying" exit
"$DREGS_BIN" snapshot "$WORK/own.dregs" -o sticky/$name.dregs >printed || fail "snapshot: exit status $?"
expect_eq "where the snapshot is said to be" sticky/$name.8.dregs "$(cat printed)"
expect_trace_alone "dregs snapshot -o" sticky/$name.8.dregs
survived "the same where dregs snapshot would write"
