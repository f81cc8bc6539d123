#!/usr/bin/env bash
# dregs run --output=FOLDER puts traces into it under their usual names; where there is none to be had in the working
# directory they go to /tmp, as without dregs run; and where no trace can be made, it says so and why.
. "$(dirname "$0")/harness.sh"
unset DREGS_OUTPUT
leak=$DREGS_PROGRAMS/nswapsim
mkdir folder
for output in folder folder/ "$WORK/folder" "$WORK/folder/"; do
    rm -f folder/*
    "$DREGS_BIN" run --output="$output" -- "$leak" 10 leak >out 2>err
    expect_eq "traces in $output" 1 "$(ls folder/nswapsim.*.dregs | wc -l)"
    expect_eq "messages" "" "$(cat err)"
done
expect_eq "what lies beside the folder" "" "$(ls -d folder?* 2>/dev/null)"

"$DREGS_BIN" run --output=missing/%p.dregs -- "$leak" 10 leak >out 2>err
expect_eq "messages" "dregs: warning: no trace can be written: $WORK/missing: No such file or directory; it runs all the same" "$(cat err)"

mkdir gone && cd gone && rmdir ../gone
"$DREGS_BIN" run --hints -- "$leak" 10 leak >../out 2>../err
cd "$WORK" || exit 1
trace=$(sed -n 's/^dregs: trace: \([^;]*\);.*/\1/p' err)
rm -f "$trace"
expect_match "a trace of a program whose directory is gone" '^dregs: trace: /tmp/nswapsim\.[0-9.]*dregs; next' err
