#!/usr/bin/env bash
# A raw log of umdh becomes a trace: blocks with their stacks, heaps as scopes; two of them can be compared.
. "$(dirname "$0")/harness.sh"
log() {  # LEAKED: a log with so many blocks of 0x30 bytes from LeakHeapMemory
    printf '// umdh: Logtime 2015-02-08 12:00\n\n'
    printf '*- - - - - - - - - - Start of data for heap @ 206EDB90000 - - - - - - - - - -\n\n'
    printf 'REQUESTED bytes + OVERHEAD at ADDRESS by BackTraceID\n     STACK if not already dumped.\n\n'
    printf '*- - - - - - - - - - Heap 206EDB90000 Hogs - - - - - - - - - -\n\n'
    for ((i = 0; i < $1; i++)); do
        printf '30 bytes + 30 at %X by BackTraceEDD4EEA6\n' $((0x206EDDA8BA0 + i * 0x60))
        [ "$i" != 0 ] || printf '\tntdll!RtlAllocateHeap+00000274\n\tApp!LeakHeapMemory+00000083 (app.cpp, 228)\n\tApp!main+00000010 (app.cpp, 9)\n'
        printf '\n'
    done
    printf 'C6 bytes + 1A at 56004C0 by BackTrace3965308\n\t7FFE82352933\n\t7FFE8226DA74\n\n'
    printf '10 bytes + 1A at 5600800 by BackTrace0\n\n'
    printf '*- - - - - - - - - - End of data for heap @ 206EDB90000 - - - - - - - - - -\n'
}
for blocks in 20 100; do
    log $blocks | sed 's/$/\r/' >"log$blocks.txt"
    "$DREGS_BIN" import "log$blocks.txt" -o "$blocks.dregs" >/dev/null || fail "import: exit status $?"
done
expect_sound 100.dregs
expect_top "blocks and bytes" "102 5014" 'text((d["totals"]["live_blocks"], d["totals"]["live_bytes"]))'
expect_top "the leak, past the allocator" "100 4800 app.cpp 228 App" \
    'text((total("LeakHeapMemory"), total("LeakHeapMemory", "live_bytes"), sites("LeakHeapMemory")[0]["frames"][0]["file"], sites("LeakHeapMemory")[0]["frames"][0]["line"], sites("LeakHeapMemory")[0]["frames"][0]["module"]))'
expect_top "a stack of addresses alone" "7FFE82352933 7FFE8226DA74" 'text(functions(sites("7FFE82352933")[0]))'
load_scopes 100.dregs
expect_kind heap entered 1 open 1
dregs_json diff 20.dregs 100.dregs >diff.json
expect_json "what grew" "LeakHeapMemory 80 3840" diff.json \
    'text(v for s in d["sites"] for v in (s["frames"][0]["function"], s["delta_blocks"], s["delta_bytes"]) if s["delta_blocks"])'
# As PowerShell saves it, and big-endian; what is none says so.
for encoding in UTF-16LE UTF-16BE UTF-8; do
    { printf '\uFEFF' && log 3 | sed 's/$/\r/'; } | iconv -f UTF-8 -t $encoding >$encoding.txt
    "$DREGS_BIN" import $encoding.txt -o $encoding.dregs >/dev/null || fail "import of $encoding: exit status $?"
    dregs_json top $encoding.dregs >encoded.json
    expect_json "blocks of a log in $encoding" 5 encoded.json 'd["totals"]["live_blocks"]'
done
gzip -k log20.txt
for file in 100.dregs log20.txt.gz; do
    "$DREGS_BIN" import $file -o bad.dregs >/dev/null 2>bad.err
    expect_eq "exit status of import $file" 2 $?
    expect_match "what it is" 'is a dregs trace already|compressed by gzip: zcat' bad.err
done
"$DREGS_BIN" import log20.txt -o - >/dev/null 2>bad.err && fail "a trace to standard output"
expect_match "it needs a file" 'name a file' bad.err
[ ! -e - ] || fail "a file of the name -"
printf '+  131072 ( 262144 - 131072)      4 allocs\tBackTraceF9A156DA\n' >comparison.txt
printf '30 bytes + 30 at 206EDDA8BA0 by BackTraceEDD4EEA6\nX bytes + 30 at 206EDDA8BA0 by BackTraceEDD4EEA6\n' >garbled.txt
for file in comparison garbled; do
    "$DREGS_BIN" import $file.txt -o bad.dregs >/dev/null 2>bad.err
    expect_eq "exit status of import $file" 2 $?
    expect_match "the line is named" 'line [12]' bad.err
done
