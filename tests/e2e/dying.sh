#!/usr/bin/env bash
# However a process ends, its seven live blocks are in the trace.
. "$(dirname "$0")/harness.sh"
dying=$DREGS_PROGRAMS/dying
for how in return exit _exit quick_exit abort sigkill sigsegv; do
    expect_runs_the_same "$dying" "$how"
    expect_sound "$TRACE"
    expect_top "blocks of leave_seven after $how" "7 9359" \
        'text((total("leave_seven"), total("leave_seven", "live_bytes")))'
done

# exec: the new image has a trace of its own and the old one stays.
run_traced "$dying" exec
expect_eq "exit status after exec" 4 "$STATUS"
