#!/usr/bin/env bash
# Each function of the malloc family, C and C++, leaves one block of its own size at its own site.
. "$(dirname "$0")/harness.sh"
expect_counts_agree "$DREGS_PROGRAMS/allocators"
expect_eq "what the program found wrong" done "$(cat traced.out)"
while read -r function bytes; do
    expect_top "blocks and bytes of $function" "1 $bytes" "text((total('$function'), total('$function', 'live_bytes')))"
done <<'END'
use_malloc 1001
use_calloc 2002
use_realloc_new 3003
use_realloc_grow 4004
use_realloc_shrink 5005
use_reallocarray 6006
use_posix_memalign 7007
use_aligned_alloc 8192
use_memalign 9009
use_valloc 10010
use_pvalloc 12288
use_zero 0
use_huge 104857600
use_new 11011
use_new_array 12012
use_new_nothrow 13013
use_strdup 26
END
# aligned new rounds up, asprintf's buffer grows: the site is what counts
expect_top "aligned new" 1 'total("use_new_aligned")'
expect_top "asprintf" 1 'total("use_asprintf")'
for function in free_all_kinds provoke_errors; do expect_top "blocks of $function" 0 "total('$function')"; done
