#!/usr/bin/env bash
# notmuch, which keeps all it has in talloc: the same answers, and as many live blocks as without the adapter.
. "$(dirname "$0")/harness.sh"
need notmuch
mkdir -p mail/cur mail/new mail/tmp
for i in $(seq 30); do
    printf 'From: a@example.org\nTo: b@example.org\nSubject: number %d\nMessage-ID: <%d@example.org>\nDate: Sat, 01 Jan 2022 00:00:%02d +0000\n\ntext %d\n' \
        "$i" "$i" "$i" "$i" >"mail/cur/$i:2,S"
done
export NOTMUCH_CONFIG=$WORK/config
printf '[database]\npath=%s/mail\n' "$WORK" >config
run_adapted talloc notmuch new --quiet
expect_eq "exit status of notmuch new" 0 "$STATUS"
expect_sound "$TRACE"
for command in "search *" "count" "show --format=json id:7@example.org" "address from:a"; do
    # shellcheck disable=SC2086
    set -f; words=($command); set +f
    expect_adapted_the_same talloc notmuch "${words[@]}"
    run_traced notmuch "${words[@]}"
    plain=$(dregs_json top -n 1 "$TRACE" | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["totals"]["live_blocks"])')
    expect_top "live blocks as without the adapter, $command" "$plain" 'd["totals"]["live_blocks"]'
    expect_json "what was lost, $command" 0 top.json "d['loss']['bad_markers'] + d['loss']['lost_markers'] + d['loss']['unseen_frees']"
    run_adapted talloc notmuch "${words[@]}"
    load_scopes "$TRACE"
    expect_json "contexts entered, and those left are innocent" "True 0" scopes.json \
        "text((kind('talloc')['entered'] > 3, kind('talloc')['survivor_blocks']))"
done
expect_match "what was found" a@example.org traced.out
