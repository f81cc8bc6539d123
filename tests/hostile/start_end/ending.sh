#!/usr/bin/env bash
# Every way a program can end: handlers, static destructors, none of them; what they allocate is counted to the block.
. "$(dirname "$0")/../suite.sh"
ulimit -c 0
while read -r how kept; do
    expect_survives "$BUILT/ending" "$how"
    expect_kept "$kept"
done <<'END'
return 9
exit 9
_exit 3
quick_exit 5
abort 3
throw 3
pthread_exit 9
END
survived "return, exit, _exit, quick_exit, abort, an uncaught exception, pthread_exit of main" 7
