#!/usr/bin/env bash
# Subversion as Debian ships it: the same repository, output and messages; each of its pools ends, and nothing is in them.
. "$(dirname "$0")/harness.sh"
need svn svnadmin
expect_all_pools_ended() {
    expect_sound "$TRACE"
    expect_json "what was lost" 0 top.json "d['loss']['unseen_frees'] + d['loss']['bad_markers'] + d['loss']['lost_markers']"
    load_scopes "$TRACE"
    expect_kind apr_pool open 0 live_blocks 0
    expect_json "it used pools" True scopes.json "kind('apr_pool')['entered'] > 10 and kind('apr_pool')['pool_allocs'] > 100"
}

run_adapted apr svnadmin create repository
expect_eq "svnadmin create" 0 "$STATUS"
expect_all_pools_ended
svnadmin verify -q repository || fail "the repository is not sound"
mkdir import && seq 1000 >import/numbers && echo text >import/text
run_adapted apr svn import -q -m first import "file://$WORK/repository"
expect_eq "svn import" 0 "$STATUS"
expect_all_pools_ended
for command in "log -q" "cat" "info --show-item revision"; do
    # shellcheck disable=SC2086
    expect_adapted_the_same apr svn $command "file://$WORK/repository/numbers"
    expect_all_pools_ended
done
