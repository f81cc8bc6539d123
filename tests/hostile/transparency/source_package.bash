# shellcheck shell=bash
# Sourced by suites.sh: Debian's source packages, and the comparison of what a test suite says bare and traced.

# fetch_source PACKAGE: its upstream source in ./PACKAGE; false where it is not to be had. Package lists of our own, made
# from the machine's sources; it may have none of source packages.
fetch_source() {
    local package=$1 version
    local apt=(-qq -o "Dir::Etc::sourcelist=$WORK/apt/list" -o "Dir::Etc::sourceparts=$WORK/apt/parts"
        -o "Dir::State::lists=$WORK/apt/lists" -o APT::Sandbox::User=)
    if [ ! -d "$WORK/apt" ]; then
        mkdir -p "$WORK/apt/parts" "$WORK/apt/lists/partial"
        cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed -n 's/^deb /deb-src /p' >"$WORK/apt/list"
        for file in /etc/apt/sources.list.d/*.sources; do
            [ -e "$file" ] && sed 's/^Types:.*/Types: deb-src/' "$file" >"$WORK/apt/parts/$(basename "$file")"
        done
        apt-get "${apt[@]}" update >/dev/null 2>&1
    fi
    # The newest version may be listed and not be there any more.
    for version in $(apt-cache "${apt[@]}" showsrc "$package" 2>/dev/null | sed -n 's/^Version: //p' | sort -rVu); do
        mkdir -p "download/$package"
        (cd "download/$package" && apt-get "${apt[@]}" source --download-only "$package=$version") >/dev/null 2>&1 || continue
        mkdir "$package" && tar -C "$package" --strip-components=1 -xf "$(ls download/"$package"/*.orig.tar.* | grep -v asc | head -1)"
        return
    done
    echo "not tried: no source of $package"
    return 1
}

# same_results NAME FILTER COMMAND...: FILTER is a sed script that leaves a line for each test, the same in each run. What
# depends on chance may be tried again. Adds to TESTS; reads the traces of a few of the processes.
same_results() {
    local name=$1 filter=$2 trace
    shift 2
    for _ in 1 2 3; do
        rm -rf traces && mkdir traces
        run bare "" "$@"
        run traced "$DREGS_LIB" "$@"
        sed -nE "$filter" bare.out bare.err | sort >bare.results
        sed -nE "$filter" traced.out traced.err | sort >traced.results
        cmp -s bare.results traced.results && break
        echo "again: $name"
        diff bare.results traced.results | head
    done
    expect_same_file "results of $name" bare.results traced.results
    TESTS=$(wc -l <traced.results)
    for trace in $(find traces -name '*.dregs' | shuf -n 20); do
        read_trace "$trace" 'allow=("truncated_stacks",), inherited=True'
    done
}
