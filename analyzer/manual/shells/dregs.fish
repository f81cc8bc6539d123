# Completion of dregs for fish. What may stand next is dregs' own answer; this hands over the words and shows it.
function __dregs_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l answer (command $words[1] complete -- $words[2..-1] "$current" 2>/dev/null); or return
    set -l kind (string replace -r ' .*' '' -- $answer[1])
    set -l prefix (string replace -r '^:\w+ ' '' -- $answer[1])
    set -l part (string replace -- "$prefix" '' "$current")
    test -n "$answer[2]"; and printf '%s\n' $answer[2..-1]
    switch $kind
        case :traces
            __fish_complete_path "$part" | string match -r '^[^\t]*(?:\.dregs|/)(?:\t.*)?$'
        case :files
            __fish_complete_path "$part" | string replace -r '^' -- "$prefix"
        case :folders
            __fish_complete_directories "$part" '' | string replace -r '^' -- "$prefix"
        case :programs
            complete -C "$part" | string match -v -- '-*' | string replace -r '^' -- "$prefix"
    end
end
complete -c dregs -f -a '(__dregs_complete)'
