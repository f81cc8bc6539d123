#!/usr/bin/env bash
# Adapters where nothing is as they expect: no such library, one that comes by dlopen, misuse, jumps, forks, no shim.
. "$(dirname "$0")/harness.sh"
folder=$(dirname "$DREGS_LIB")/dregs
all=$(preload_with apr talloc wmem)

# A program without the libraries; with the adapters before the shim; with a shim that records something else only.
run_bare sh -c 'seq 3; ls /proc/self/fd | wc -l'
for preload in "$all" "$folder/libdregs-apr.so $DREGS_LIB" "$folder/libdregs-talloc.so $folder/libdregs-wmem.so"; do
    run traced "$preload" sh -c 'seq 3; ls /proc/self/fd | wc -l'
    expect_same_file "output with $preload" bare.out traced.out
    expect_same_file "messages with $preload" bare.err traced.err
done

# A library that only its loader sees: its calls of itself come to the adapter, which must find it again each time.
cat >loads.py <<'END'
import ctypes, _ctypes
for _ in range(3):
    apr = ctypes.CDLL("libapr-1.so.0")
    apr.apr_pstrdup.restype = ctypes.c_char_p
    apr.apr_initialize()
    pool = ctypes.c_void_p()
    apr.apr_pool_create_ex(ctypes.byref(pool), None, None, None)
    print(apr.apr_pstrdup(pool, b"text"))
    apr.apr_pool_clear(pool)
    apr.apr_pool_destroy(pool)
    apr.apr_terminate()
    _ctypes.dlclose(apr._handle)
END
if ldconfig -p | grep -q 'libapr-1\.so\.0'; then
    run_bare "$PYTHON" loads.py
    expect_eq "bare" 0 "$STATUS"
    for preload in "$all" "$folder/libdregs-apr.so"; do
        run traced "$preload" "$PYTHON" loads.py
        expect_eq "exit status with a library that comes and goes" 0 "$STATUS"
        expect_same_file "output with it" bare.out traced.out
    done
fi

program=$DREGS_PROGRAMS/wmem_misuse
[ -x "$program" ] || exit 0
for allocator in default simple strict; do
    [ "$allocator" = default ] || export WIRESHARK_DEBUG_WMEM_OVERRIDE=$allocator
    run_bare "$program"
    rm -f traces/*
    DREGS_ONLY=wmem_misuse run_adapted wmem "$program"
    expect_eq "exit status, $allocator" 0 "$STATUS"
    expect_same_file "output, $allocator" bare.out traced.out
    expect_sound "$TRACE"
    expect_json "marks that were wrong or lost, $allocator" 0 top.json \
        "sum(d['loss'][k] for k in ('bad_markers', 'bad_leaves', 'lost_markers', 'unseen_frees'))"
    load_scopes "$TRACE"
    # Entered twice at a time, ten times; the first of each two ends when the second begins.
    expect_kind packet entered 20 left 20 survivor_blocks 0
    expect_kind file entered 10 left 10 survivor_blocks 0
    expect_kind epan entered 1 left 1
    # The callback that jumped out of wmem_free_all left its pool's malloc block; one in a chunk counts as freed.
    kept=3 && [ "$allocator" = default ] || kept="3 1"
    expect_json "blocks that are kept, $allocator" "$kept" scopes.json \
        "text(s['live_blocks'] for s in kind('wmem pool')['open_sites'] if s['frames'][0]['function'] == 'main' and s['live_blocks'])"
    for trace in traces/*; do
        [ "$trace" = "$TRACE" ] && continue
        load_scopes "$trace"
        expect_json "the child is a fork, $allocator" True scopes.json "d['trace']['forked']"
        expect_kind packet entered 2 left 2 survivor_blocks 0
        expect_kind file entered 1 left 1 survivor_blocks 0
    done
done
