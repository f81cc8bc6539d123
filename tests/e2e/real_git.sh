#!/usr/bin/env bash
# git makes a repository with a hundred files and reads it back; each git process has its own sound trace.
. "$(dirname "$0")/harness.sh"
need git
export GIT_AUTHOR_DATE='2020-01-01 00:00:00 +0000' GIT_COMMITTER_DATE='2020-01-01 00:00:00 +0000'
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.net GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.net
cat >make_repository <<'SCRIPT'
rm -rf repository
git init -q repository && cd repository
for i in $(seq 100); do echo "file $i" >"file$i"; done
git add . && git commit -qm first && git mv file1 renamed && git commit -qam second
git log --stat --format='%h %s' && git diff HEAD~1 --find-renames && git show HEAD~1:file7 && git gc -q && git fsck --strict
git rev-parse no-such-thing
SCRIPT
expect_runs_the_same bash make_repository
expect_eq "exit status of the last git" 128 "$STATUS"
count=$(find traces -name 'git.*.dregs' | wc -l)
[ "$count" -ge 10 ] || fail "expected a trace of each git process, at least 10: $(ls traces)"
for trace in traces/git.*.dregs; do expect_sound "$trace" "inherited=True"; done

expect_counts_agree git -C repository -c pager.log=false log --stat --format='%h %s'
