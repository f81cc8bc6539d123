#!/usr/bin/env bash
# A plugin at the place of another with the same code keeps its own name for its own blocks: also where the first was
# loaded by a parent process, so that its child never saw the loader allocate what it frees when it unloads it.
. "$(dirname "$0")/../suite.sh"
while read -r sample how first; do
    rm -f traces/*
    export DREGS_SAMPLE=$sample
    expect_survives "$BUILT/replaced_plugin" "$how" "$BUILT/plugin_a.so" "$BUILT/plugin_b.so"
    expect_match "the loader used the same address again" '^same address$' traced.out
    for trace in traces/*; do  # the last process is the one in which the second plugin was called
        read_trace "$trace" inherited=True
        [ "$(query top.json "total('keep_in_b')")" = 0 ] || break
    done
    expect_top "blocks of the first plugin" "$first" "total('keep_in_a')"
    expect_top "blocks of the second plugin" 3 "total('keep_in_b')"
    expect_top "their modules" "plugin_a.so plugin_b.so" \
        'text(sites("keep_in_" + n)[0]["frames"][0]["module"].split("/")[-1] for n in "ab")'
done <<'END'
0 here 4
1 here 4
0 child 3
1 child 3
0 grandchild 3
1 grandchild 3
END
DREGS_SAMPLE=0 expect_counts_agree "$BUILT/replaced_plugin" here "$BUILT/plugin_a.so" "$BUILT/plugin_b.so"
survived "a plugin at the place of another with the same code, in the process and in forked children" 6
