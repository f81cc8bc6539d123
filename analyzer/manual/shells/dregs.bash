# Completion of dregs for bash. What may stand next is dregs' own answer; this hands over the words and shows it.
_dregs() {
    # Readline parts words at "=" and ":", and replaces what stands behind the last of them: --where=scope:x is five words.
    local words=() rest=$COMP_LINE before word i
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]} before=${rest%%[![:space:]]*}
        rest=${rest#"$before$word"}
        if [[ $i -gt 0 && -z $before && ($word == [=:]* || ${COMP_WORDS[i - 1]} == *[=:]) ]]; then
            words[-1]+=$word
        else
            words+=("$word")
        fi
    done
    local answer kind prefix text help current=${words[-1]} cut="" breaks=${COMP_WORDBREAKS//[!=:]/}
    answer=$("${words[0]/#\~/$HOME}" complete -- "${words[@]:1}" 2>/dev/null) || return
    [[ -n $breaks && $current == *[$breaks]* ]] && cut=${current%"${current##*[$breaks]}"}
    COMPREPLY=()
    while IFS=$'\t' read -r text help; do
        if [[ $text == :* ]]; then
            kind=${text%% *} prefix=${text#* }
        else
            [[ $text == *: ]] && compopt -o nospace 2>/dev/null
            # Names come from traces: nothing in them is for the shell to run.
            text=${text#"$cut"}
            [[ $text == *[!a-zA-Z0-9_.,:=+/-]* ]] && printf -v text %q "$text"
            COMPREPLY+=("$text")
        fi
    done <<<"$answer"
    current=${current#"$prefix"}
    local files=()
    case $kind in
    :traces) mapfile -t files < <(compgen -f -X '!*.dregs' -- "$current"; compgen -d -- "$current") ;;
    :files) mapfile -t files < <(compgen -f -- "$current") ;;
    :folders) mapfile -t files < <(compgen -d -- "$current") ;;
    :programs) mapfile -t files < <(compgen -c -- "$current"; compgen -d -- "$current") ;;
    esac
    ((${#files[@]})) || return 0
    compopt -o filenames 2>/dev/null
    for text in "${files[@]}"; do
        text=$prefix$text
        COMPREPLY+=("${text#"$cut"}")
    done
}
complete -F _dregs dregs
