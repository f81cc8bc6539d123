# zsh_completion.zsh FOLDER LINE: what a zsh with the completion in FOLDER offers at the end of LINE, one word a line.
#
# Completion runs only in zsh's line editor, so a second zsh is started in a pseudo terminal. There compadd, which every
# completion function ends in, is replaced by one that writes down what it is given to match.
zmodload zsh/zpty
folder=$1 line=$2 list=$PWD/../zsh.list
: >$list
zpty shell zsh -f -i
send() { zpty -w shell "$1" }
send "PROMPT= ; PS2= ; KEYTIMEOUT=1; fpath=($folder \$fpath); autoload -Uz compinit; compinit -u -D; zstyle ':completion:*' verbose no"
send "compadd() { local -a given; builtin compadd -O given \"\$@\"; print -rl -- \$given >>$list; builtin compadd \"\$@\" }"
send "finish() { print -r -- COMPLETED; zle kill-whole-line }; zle -N finish; bindkey '^X' finish; print -r -- REA\DY"
zpty -r -m shell ignored "*READY*"
zpty -w -n shell "$line"$'\t\x18'
zpty -r -m shell ignored "*COMPLETED*"
zpty -d shell
cat $list
