#!/usr/bin/env bash
# Completion in real shells: commands, options, values, names with commas, traces, folders, pids of traced processes, the
# program of run, and what a trace on the line has: scopes, threads, modules.
. "$(dirname "$0")/harness.sh"
SHELLS=$HARNESS_DIR/../../analyzer/manual/shells
PATH=$(dirname "$DREGS_BIN"):$PATH
mkdir place && cd place && mkdir deep && : >one.dregs && : >two.dregs && : >notes.txt && : >deep/three.dregs
# A trace with scopes, one of them with a name that a shell would run.
DREGS_OUTPUT=$PWD/scopes.dregs LD_PRELOAD=$DREGS_LIB "$DREGS_PROGRAMS/kind_like_a_command" || fail "a program with scopes"
LD_PRELOAD=$DREGS_LIB sleep 60 &
STARTED+=($!)
traced=$!
wait_for 20 test -e ../traces/sleep.$traced.dregs

# Each of them: SHELL_complete LINE, which prints the words that may stand in place of the last, sorted.
bash_complete() {
    bash --norc -c '. "$1"; COMP_LINE=$2 COMP_WORDS=() COMP_POINT=${#2}
        # As readline parts them: "=" and ":" are words of their own.
        for word in $(sed "s/[=:]/ & /g" <<<"$2"); do COMP_WORDS+=("$word"); done
        [[ $2 == *" " ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _dregs; printf "%s\n" "${COMPREPLY[@]}"' \
        bash "$SHELLS/dregs.bash" "$1" 2>shell.err | sort -u
}
fish_complete() {
    fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$SHELLS/dregs.fish" "$1" 2>shell.err | cut -f1 | sed 's|^--[a-z-]*=||' | sort -u
}
# zsh completes only at its prompt: one in a terminal of its own (zpty), asked by tab, lists what there is.
zsh_complete() { zsh -f "$HARNESS_DIR/zsh_completion.zsh" "$SHELLS" "$1" 2>shell.err | sed 's|^--[a-z-]*=||' | sort -u; }

has() {  # SHELL LINE WORD...
    local shell=$1 line=$2 word
    shift 2
    "${shell}_complete" "$line" >../found
    for word in "$@"; do
        grep -qFx -- "$word" ../found || fail "$shell: '$line' does not offer $word but: $(cat ../found shell.err)"
    done
}
lacks() {  # SHELL WORD..., after has
    local word
    for word in "${@:2}"; do ! grep -qFx -- "$word" ../found || fail "$1 offers $word"; done
}
check_shell() {  # SHELL [WHAT-STANDS-BEFORE-THE-LAST-OF-TWO-NAMES]
    has "$1" 'dregs ' run top diff scopes snapshot
    lacks "$1" generate complete
    has "$1" 'dregs s' scopes snapshot
    lacks "$1" run
    has "$1" 'dregs top --' --by --sort --where
    has "$1" 'dregs top --sort ' age bytes count outlived
    has "$1" 'dregs top --sort=' age bytes count outlived
    has "$1" 'dregs top ' one.dregs two.dregs "$traced"
    lacks "$1" notes.txt
    has "$1" 'dregs report -o ' notes.txt one.dregs
    has "$1" 'dregs top one.dregs --wrapper '
    lacks "$1" notes.txt
    has "$1" 'dregs top scopes.dregs --scope ' packet
    has "$1" 'dregs top scopes.dregs --scope=pa' packet
    has "$1" 'dregs ledger scopes.dregs --where ' file: function: module: stack:
    lacks "$1" thread:
    has "$1" 'dregs diff one.dregs scopes.dregs --where sco' scope:
    has "$1" 'dregs run --adapter ' apr talloc wmem auto none
    has "$1" 'dregs run --adapter=apr,t' apr,talloc
    has "$1" 'dregs run --snapshot-signal=U' USR1 USR2
    has "$1" 'dregs run --only=cat,sle' "${2}sleep"
    has "$1" 'dregs run --quiet -- sle' sleep
    has "$1" 'dregs run -- cat no' notes.txt
}
# What is behind a colon is another word for bash, but not for the others.
has bash 'dregs top scopes.dregs --where scope:pa' packet
has bash 'dregs top scopes.dregs --where=scope:pa' packet
has bash 'dregs top scopes.dregs --scope a' 'a\ b\;\$\(touch\ ran\)'
tested=""
for shell in bash zsh fish; do
    command -v $shell >/dev/null || continue
    [ $shell = zsh ] && check_shell zsh "" || check_shell $shell cat,
    [ $shell = bash ] || has $shell 'dregs top scopes.dregs --where scope:pa' scope:packet
    [ ! -e ran ] || fail "$shell has run the name of a scope"
    tested+=" $shell"
done
echo "tested:$tested"
