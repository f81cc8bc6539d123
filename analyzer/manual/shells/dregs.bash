# Completion of dregs for bash. What may stand next is dregs' own answer; this hands over the words and shows it.
_dregs() {
    local words=() word i joined=0 kind prefix text help answer
    # Readline parts words at "=": --by=site is three of them.
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if ((joined)) || [[ $word == = && ${#words[@]} -gt 0 && ${words[-1]} == --* && ${words[-1]} != *=* ]]; then
            if ((joined)) && [[ $word == = ]]; then continue; fi
            words[-1]+=$word
            [[ $word == = ]] && joined=1 || joined=0
        else
            words+=("$word")
        fi
    done
    answer=$("${COMP_WORDS[0]/#\~/$HOME}" complete -- "${words[@]}" 2>/dev/null) || return
    COMPREPLY=()
    local current=${words[-1]} cut=""
    [[ $COMP_WORDBREAKS == *=* && $current == --*=* ]] && cut=${current%%=*}=
    while IFS=$'\t' read -r text help; do
        if [[ $text == :* ]]; then
            kind=${text%% *} prefix=${text#* }
        else
            COMPREPLY+=("${text#"$cut"}")
        fi
    done <<<"$answer"
    current=${current#"$prefix"}
    [[ $prefix == "$cut" ]] && prefix=
    local files=()
    case $kind in
    :traces) mapfile -t files < <(compgen -f -X '!*.dregs' -- "$current"; compgen -d -- "$current") ;;
    :files) mapfile -t files < <(compgen -f -- "$current") ;;
    :folders) mapfile -t files < <(compgen -d -- "$current") ;;
    :programs) mapfile -t files < <(compgen -c -- "$current"; compgen -d -- "$current") ;;
    esac
    ((${#files[@]})) || return 0
    compopt -o filenames 2>/dev/null
    COMPREPLY+=("${files[@]/#/$prefix}")
}
complete -F _dregs dregs
