/* What allocators export beside malloc's family: each function that is there is called once in a function named after
 * it, which keeps one block of a size of its own, or frees what malloc made, and malloc's free what it made. Prints
 * "kept NAME BYTES" for what is kept, and what it finds wrong. Declares what it calls: none need be there. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/hostile/host_state.h"

static void* volatile sink;

static void check(const char* what, int good) {
    if (!good) printf("wrong: %s\n", what);
}

static void kept(const char* name, void* block, size_t bytes) {
    check(name, block != NULL);
    if (block) memset(block, 1, bytes);
    printf("kept keep_%s %zu\n", name, bytes);
}

/* CALL makes a block of BYTES, of what may be another block. */
#define KEEPS(name, bytes, call) \
    __attribute__((noinline)) static void keep_##name(void) { kept(#name, sink = (void*)(call), bytes); }
/* CALL puts it into BLOCK and returns 0. */
#define PUTS(name, bytes, call)                               \
    __attribute__((noinline)) static void keep_##name(void) { \
        void* block = NULL;                                   \
        check(#name, (call) == 0);                            \
        kept(#name, sink = block, bytes);                     \
    }
/* CALL frees BLOCK, which MADE has made. */
#define FREES(name, made, call)                               \
    __attribute__((noinline)) static void keep_##name(void) { \
        for (int i = 0; i < 100; i++) {                       \
            void* block = (void*)(made);                      \
            sink = block;                                     \
            call;                                             \
        }                                                     \
    }
#define WEAK(result, name, ...) extern result name(__VA_ARGS__) __attribute__((weak));
#define RUN(name) \
    if (name) keep_##name();

typedef struct mi_heap_s mi_heap_t;
/* clang-format off */
WEAK(void*, mallocx, size_t, int)
WEAK(void*, rallocx, void*, size_t, int)
WEAK(size_t, xallocx, void*, size_t, size_t, int)
WEAK(size_t, sallocx, const void*, int)
WEAK(void, dallocx, void*, int)
WEAK(void, sdallocx, void*, size_t, int)
WEAK(size_t, nallocx, size_t, int)
WEAK(void*, tc_malloc, size_t)
WEAK(void*, tc_calloc, size_t, size_t)
WEAK(void*, tc_realloc, void*, size_t)
WEAK(void*, tc_memalign, size_t, size_t)
WEAK(void*, tc_valloc, size_t)
WEAK(void, tc_free, void*)
WEAK(void*, tc_malloc_skip_new_handler, size_t)
WEAK(void, tc_free_sized, void*, size_t)
WEAK(void, tc_cfree, void*)
WEAK(int, tc_posix_memalign, void**, size_t, size_t)
WEAK(void*, tc_pvalloc, size_t)
WEAK(void*, tc_new, size_t)
WEAK(void*, tc_new_nothrow, size_t, const void*)
WEAK(void*, tc_newarray, size_t)
WEAK(void*, tc_newarray_nothrow, size_t, const void*)
WEAK(void*, tc_new_aligned, size_t, size_t)
WEAK(void*, tc_new_aligned_nothrow, size_t, size_t, const void*)
WEAK(void*, tc_newarray_aligned, size_t, size_t)
WEAK(void*, tc_newarray_aligned_nothrow, size_t, size_t, const void*)
WEAK(void, tc_delete, void*)
WEAK(void, tc_delete_sized, void*, size_t)
WEAK(void, tc_delete_nothrow, void*, const void*)
WEAK(void, tc_delete_aligned, void*, size_t)
WEAK(void, tc_delete_sized_aligned, void*, size_t, size_t)
WEAK(void, tc_delete_aligned_nothrow, void*, size_t, const void*)
WEAK(void, tc_deletearray, void*)
WEAK(void, tc_deletearray_sized, void*, size_t)
WEAK(void, tc_deletearray_nothrow, void*, const void*)
WEAK(void, tc_deletearray_aligned, void*, size_t)
WEAK(void, tc_deletearray_sized_aligned, void*, size_t, size_t)
WEAK(void, tc_deletearray_aligned_nothrow, void*, size_t, const void*)
WEAK(void*, scalable_malloc, size_t)
WEAK(void, scalable_free, void*)
WEAK(void*, scalable_realloc, void*, size_t)
WEAK(void*, scalable_calloc, size_t, size_t)
WEAK(int, scalable_posix_memalign, void**, size_t, size_t)
WEAK(void*, scalable_aligned_malloc, size_t, size_t)
WEAK(void*, scalable_aligned_realloc, void*, size_t, size_t)
WEAK(void, scalable_aligned_free, void*)
WEAK(size_t, scalable_msize, void*)
WEAK(void, mi_free, void*)
WEAK(void, mi_cfree, void*)
WEAK(void, mi_free_size, void*, size_t)
WEAK(void, mi_free_aligned, void*, size_t)
WEAK(void, mi_free_size_aligned, void*, size_t, size_t)
WEAK(void*, mi_malloc, size_t)
WEAK(void*, mi_zalloc, size_t)
WEAK(void*, mi_malloc_small, size_t)
WEAK(void*, mi_zalloc_small, size_t)
WEAK(void*, mi_calloc, size_t, size_t)
WEAK(void*, mi_mallocn, size_t, size_t)
WEAK(void*, mi_realloc, void*, size_t)
WEAK(void*, mi_rezalloc, void*, size_t)
WEAK(void*, mi_reallocn, void*, size_t, size_t)
WEAK(void*, mi_recalloc, void*, size_t, size_t)
WEAK(void*, mi_reallocf, void*, size_t)
WEAK(void*, mi_reallocarray, void*, size_t, size_t)
WEAK(int, mi_reallocarr, void*, size_t, size_t)
WEAK(void*, mi_expand, void*, size_t)
WEAK(char*, mi_strdup, const char*)
WEAK(char*, mi_strndup, const char*, size_t)
WEAK(char*, mi_realpath, const char*, char*)
WEAK(unsigned char*, mi_mbsdup, const unsigned char*)
WEAK(unsigned short*, mi_wcsdup, const unsigned short*)
WEAK(int, mi_dupenv_s, char**, size_t*, const char*)
WEAK(int, mi_posix_memalign, void**, size_t, size_t)
WEAK(void*, mi_memalign, size_t, size_t)
WEAK(void*, mi_aligned_alloc, size_t, size_t)
WEAK(void*, mi_valloc, size_t)
WEAK(void*, mi_pvalloc, size_t)
WEAK(void*, mi_malloc_aligned, size_t, size_t)
WEAK(void*, mi_malloc_aligned_at, size_t, size_t, size_t)
WEAK(void*, mi_zalloc_aligned, size_t, size_t)
WEAK(void*, mi_zalloc_aligned_at, size_t, size_t, size_t)
WEAK(void*, mi_calloc_aligned, size_t, size_t, size_t)
WEAK(void*, mi_calloc_aligned_at, size_t, size_t, size_t, size_t)
WEAK(void*, mi_realloc_aligned, void*, size_t, size_t)
WEAK(void*, mi_realloc_aligned_at, void*, size_t, size_t, size_t)
WEAK(void*, mi_rezalloc_aligned, void*, size_t, size_t)
WEAK(void*, mi_rezalloc_aligned_at, void*, size_t, size_t, size_t)
WEAK(void*, mi_recalloc_aligned, void*, size_t, size_t, size_t)
WEAK(void*, mi_recalloc_aligned_at, void*, size_t, size_t, size_t, size_t)
WEAK(void*, mi_aligned_recalloc, void*, size_t, size_t, size_t)
WEAK(void*, mi_aligned_offset_recalloc, void*, size_t, size_t, size_t, size_t)
WEAK(void*, mi_new, size_t)
WEAK(void*, mi_new_aligned, size_t, size_t)
WEAK(void*, mi_new_nothrow, size_t)
WEAK(void*, mi_new_aligned_nothrow, size_t, size_t)
WEAK(void*, mi_new_n, size_t, size_t)
WEAK(void*, mi_new_realloc, void*, size_t)
WEAK(void*, mi_new_reallocn, void*, size_t, size_t)
WEAK(mi_heap_t*, mi_heap_new, void)
WEAK(void, mi_heap_delete, mi_heap_t*)
WEAK(void, mi_heap_destroy, mi_heap_t*)
WEAK(mi_heap_t*, mi_heap_get_default, void)
WEAK(void*, mi_heap_malloc, mi_heap_t*, size_t)
WEAK(void*, mi_heap_zalloc, mi_heap_t*, size_t)
WEAK(void*, mi_heap_malloc_small, mi_heap_t*, size_t)
WEAK(void*, mi_heap_calloc, mi_heap_t*, size_t, size_t)
WEAK(void*, mi_heap_mallocn, mi_heap_t*, size_t, size_t)
WEAK(void*, mi_heap_realloc, mi_heap_t*, void*, size_t)
WEAK(void*, mi_heap_reallocn, mi_heap_t*, void*, size_t, size_t)
WEAK(void*, mi_heap_reallocf, mi_heap_t*, void*, size_t)
WEAK(void*, mi_heap_rezalloc, mi_heap_t*, void*, size_t)
WEAK(void*, mi_heap_recalloc, mi_heap_t*, void*, size_t, size_t)
WEAK(char*, mi_heap_strdup, mi_heap_t*, const char*)
WEAK(char*, mi_heap_strndup, mi_heap_t*, const char*, size_t)
WEAK(char*, mi_heap_realpath, mi_heap_t*, const char*, char*)
WEAK(void*, mi_heap_malloc_aligned, mi_heap_t*, size_t, size_t)
WEAK(void*, mi_heap_malloc_aligned_at, mi_heap_t*, size_t, size_t, size_t)
WEAK(void*, mi_heap_zalloc_aligned, mi_heap_t*, size_t, size_t)
WEAK(void*, mi_heap_zalloc_aligned_at, mi_heap_t*, size_t, size_t, size_t)
WEAK(void*, mi_heap_calloc_aligned, mi_heap_t*, size_t, size_t, size_t)
WEAK(void*, mi_heap_calloc_aligned_at, mi_heap_t*, size_t, size_t, size_t, size_t)
WEAK(void*, mi_heap_realloc_aligned, mi_heap_t*, void*, size_t, size_t)
WEAK(void*, mi_heap_realloc_aligned_at, mi_heap_t*, void*, size_t, size_t, size_t)
WEAK(void*, mi_heap_rezalloc_aligned, mi_heap_t*, void*, size_t, size_t)
WEAK(void*, mi_heap_rezalloc_aligned_at, mi_heap_t*, void*, size_t, size_t, size_t)
WEAK(void*, mi_heap_recalloc_aligned, mi_heap_t*, void*, size_t, size_t, size_t)
WEAK(void*, mi_heap_recalloc_aligned_at, mi_heap_t*, void*, size_t, size_t, size_t, size_t)
WEAK(void*, mi_heap_alloc_new, mi_heap_t*, size_t)
WEAK(void*, mi_heap_alloc_new_n, mi_heap_t*, size_t, size_t)
WEAK(void*, reallocf, void*, size_t)
WEAK(int, reallocarr, void*, size_t, size_t)
WEAK(void, vfree, void*)
WEAK(void*, _aligned_malloc, size_t, size_t)

/* ---- jemalloc */
enum { ALIGNED_256 = 8, ZEROED = 0x40 };

/* A block that is grown in place as far as its size class goes; shrunk in it; not at all beyond. */
#define RESIZED(made, bytes, more)                                                 \
    ({                                                                             \
        void* const resized = (made);                                              \
        check("xallocx", xallocx(resized, bytes, more, 0) == sallocx(resized, 0)); \
        resized;                                                                   \
    })
#define NOT_RESIZED(made)                                                         \
    ({                                                                            \
        void* const kept_so = (made);                                             \
        check("too small", xallocx(kept_so, 100, 0, 0) == sallocx(kept_so, 0));   \
        check("too large", xallocx(kept_so, 60000, 0, 0) == sallocx(kept_so, 0)); \
        kept_so;                                                                  \
    })
KEEPS(mallocx, 1101, mallocx(1101, ALIGNED_256 | ZEROED))
KEEPS(rallocx, 1202, rallocx(mallocx(50000, 0), 1202, 0))
KEEPS(xallocx, 1500, RESIZED(mallocx(1300, 0), 1500, 0))
KEEPS(sallocx, 1600, NOT_RESIZED(mallocx(1600, 0)))
KEEPS(nallocx, 1790, RESIZED(mallocx(1700, 0), 1750, 40))
FREES(dallocx, rallocx(malloc(40), 4000, 0), dallocx(block, 0))
FREES(sdallocx, mallocx(100, ALIGNED_256), sdallocx(block, 100, ALIGNED_256))

/* ---- gperftools */
KEEPS(tc_malloc, 2001, tc_malloc(2001))
KEEPS(tc_calloc, 2002, tc_calloc(2, 1001))
KEEPS(tc_realloc, 2003, tc_realloc(malloc(10), 2003))
KEEPS(tc_memalign, 2004, tc_memalign(256, 2004))
KEEPS(tc_valloc, 2005, tc_valloc(2005))
KEEPS(tc_malloc_skip_new_handler, 2101, tc_malloc_skip_new_handler(2101))
KEEPS(tc_pvalloc, 2102, tc_pvalloc(2102))
PUTS(tc_posix_memalign, 2103, tc_posix_memalign(&block, 256, 2103))
KEEPS(tc_new, 2104, tc_new(2104))
KEEPS(tc_new_nothrow, 2105, tc_new_nothrow(2105, ""))
KEEPS(tc_newarray, 2106, tc_newarray(2106))
KEEPS(tc_newarray_nothrow, 2107, tc_newarray_nothrow(2107, ""))
KEEPS(tc_new_aligned, 2108, tc_new_aligned(2108, 256))
KEEPS(tc_new_aligned_nothrow, 2109,
                                                                             tc_new_aligned_nothrow(2109, 256, ""))
KEEPS(tc_newarray_aligned, 2110, tc_newarray_aligned(2110, 256))
KEEPS(tc_newarray_aligned_nothrow, 2111, tc_newarray_aligned_nothrow(2111, 256, ""))
FREES(tc_free, malloc(40), tc_free(block))
FREES(tc_cfree, tc_malloc(40), tc_cfree(block))
FREES(tc_free_sized, tc_malloc(40),
                                      tc_free_sized(block, 40))
FREES(tc_delete, tc_new(40), tc_delete(block))
FREES(tc_delete_sized, tc_new(40),
                                          tc_delete_sized(block, 40))
FREES(tc_delete_nothrow, tc_new(40),
                                                                            tc_delete_nothrow(block, ""))
FREES(tc_delete_aligned, tc_new_aligned(40, 256), tc_delete_aligned(block, 256))
FREES(tc_delete_sized_aligned, tc_new_aligned(40, 256),
                                                  tc_delete_sized_aligned(block, 40, 256))
FREES(tc_delete_aligned_nothrow, tc_new_aligned(40, 256),
                                                      tc_delete_aligned_nothrow(block, 256, ""))
FREES(tc_deletearray, tc_newarray(40), tc_deletearray(block))
FREES(tc_deletearray_sized, tc_newarray(40),
                                                              tc_deletearray_sized(block, 40))
FREES(tc_deletearray_nothrow, tc_newarray(40),
                                                                  tc_deletearray_nothrow(block, ""))
FREES(tc_deletearray_aligned,
                                                                      tc_newarray_aligned(40, 256),
                                                                      tc_deletearray_aligned(block, 256))
FREES(tc_deletearray_sized_aligned,
                                                                          tc_newarray_aligned(40, 256),
                                                                          tc_deletearray_sized_aligned(block, 40, 256))
FREES(tc_deletearray_aligned_nothrow,
                                                                              tc_newarray_aligned(40, 256),
                                                                              tc_deletearray_aligned_nothrow(block, 256,
                                                                                                             ""))

    /* ---- oneTBB */
    KEEPS(scalable_malloc, 3101, scalable_malloc(3101))
KEEPS(scalable_calloc, 3102, scalable_calloc(3, 1034))
KEEPS(scalable_realloc, 3103, scalable_realloc(scalable_malloc(10), 3103))
PUTS(scalable_posix_memalign, 3104, scalable_posix_memalign(&block, 256, 3104))
KEEPS(scalable_aligned_malloc, 3105, scalable_aligned_malloc(3105, 256))
KEEPS(scalable_aligned_realloc, 3106,
                          scalable_aligned_realloc(scalable_aligned_malloc(10, 64), 3106, 256))
FREES(scalable_free, scalable_malloc(40), scalable_free(block))
FREES(scalable_aligned_free, scalable_aligned_malloc(40, 256), scalable_aligned_free(block))
FREES(scalable_msize, scalable_malloc(40),
                                      check("size", scalable_msize(block) >= 40 && !scalable_realloc(block, 0)))

/* ---- mimalloc */
#define TEXT "a string of twenty-six b."
                                    static const unsigned short kWide[] = {'w', 'i', 'd', 'e', 0};
static mi_heap_t* heap;
KEEPS(mi_malloc, 4101, mi_malloc(4101))
KEEPS(mi_zalloc, 4102, mi_zalloc(4102))
KEEPS(mi_malloc_small, 103, mi_malloc_small(103))
KEEPS(mi_zalloc_small, 104, mi_zalloc_small(104))
KEEPS(mi_calloc, 4105, mi_calloc(5, 821))
KEEPS(mi_mallocn, 4110, mi_mallocn(5, 822))
KEEPS(mi_realloc, 4107, mi_realloc(malloc(10), 4107))
KEEPS(mi_rezalloc, 4108, mi_rezalloc(mi_zalloc(10), 4108))
KEEPS(mi_reallocn, 4115, mi_reallocn(mi_malloc(10), 5, 823))
KEEPS(mi_recalloc, 4120, mi_recalloc(mi_calloc(1, 10), 5, 824))
KEEPS(mi_reallocf, 4111, mi_reallocf(NULL, 4111))
KEEPS(mi_reallocarray, 4125, mi_reallocarray(mi_malloc(10), 5, 825))
PUTS(mi_reallocarr, 4113, (block = malloc(10), mi_reallocarr(&block, 4113, 1)))
KEEPS(mi_expand, 4114, mi_expand(mi_malloc(4100), 4114))
KEEPS(mi_strdup, 26, mi_strdup(TEXT))
KEEPS(mi_strndup, 9, mi_strndup(TEXT, 8))
KEEPS(mi_realpath, 5, mi_realpath("/usr", NULL))
KEEPS(mi_mbsdup, 26, mi_mbsdup((const unsigned char*)TEXT))
KEEPS(mi_wcsdup, 10, mi_wcsdup(kWide))
PUTS(mi_dupenv_s, 26, mi_dupenv_s((char**)&block, NULL, "DREGS_TEST_TEXT"))
PUTS(mi_posix_memalign, 4121, mi_posix_memalign(&block, 256, 4121))
KEEPS(mi_memalign, 4122, mi_memalign(256, 4122))
KEEPS(mi_aligned_alloc, 4352, mi_aligned_alloc(256, 4352))
KEEPS(mi_valloc, 4124, mi_valloc(4124))
KEEPS(mi_pvalloc, 4126, mi_pvalloc(4126))
KEEPS(mi_malloc_aligned, 4127, mi_malloc_aligned(4127, 256))
KEEPS(mi_malloc_aligned_at, 4128, mi_malloc_aligned_at(4128, 256, 8))
KEEPS(mi_zalloc_aligned, 4129, mi_zalloc_aligned(4129, 256))
KEEPS(mi_zalloc_aligned_at, 4130, mi_zalloc_aligned_at(4130, 256, 8))
KEEPS(mi_calloc_aligned, 4135, mi_calloc_aligned(5, 827, 256))
KEEPS(mi_calloc_aligned_at, 4140, mi_calloc_aligned_at(5, 828, 256, 8))
KEEPS(mi_realloc_aligned, 4133, mi_realloc_aligned(mi_malloc_aligned(10, 256), 4133, 256))
KEEPS(mi_realloc_aligned_at, 4134, mi_realloc_aligned_at(mi_malloc_aligned_at(10, 256, 8), 4134, 256, 8))
KEEPS(mi_rezalloc_aligned, 4136, mi_rezalloc_aligned(mi_zalloc_aligned(10, 256), 4136, 256))
KEEPS(mi_rezalloc_aligned_at, 4137, mi_rezalloc_aligned_at(mi_zalloc_aligned_at(10, 256, 8), 4137, 256, 8))
KEEPS(mi_recalloc_aligned, 4145, mi_recalloc_aligned(mi_calloc_aligned(1, 10, 256), 5, 829, 256))
KEEPS(mi_recalloc_aligned_at, 4150, mi_recalloc_aligned_at(mi_calloc_aligned_at(1, 10, 256, 8), 5, 830, 256, 8))
KEEPS(mi_aligned_recalloc, 4155, mi_aligned_recalloc(mi_calloc_aligned(1, 10, 256), 5, 831, 256))
KEEPS(mi_aligned_offset_recalloc, 4160, mi_aligned_offset_recalloc(mi_calloc_aligned_at(1, 10, 256, 8), 5, 832, 256, 8))
KEEPS(mi_new, 4201, mi_new(4201))
KEEPS(mi_new_aligned, 4202, mi_new_aligned(4202, 256))
KEEPS(mi_new_nothrow, 4203, mi_new_nothrow(4203))
KEEPS(mi_new_aligned_nothrow, 4204, mi_new_aligned_nothrow(4204, 256))
KEEPS(mi_new_n, 4205, mi_new_n(5, 841))
KEEPS(mi_new_realloc, 4206, mi_new_realloc(mi_new(10), 4206))
KEEPS(mi_new_reallocn, 4210, mi_new_reallocn(mi_new(10), 5, 842))
KEEPS(mi_heap_malloc, 4301, mi_heap_malloc(heap, 4301))
KEEPS(mi_heap_zalloc, 4302, mi_heap_zalloc(heap, 4302))
KEEPS(mi_heap_malloc_small, 303, mi_heap_malloc_small(heap, 303))
KEEPS(mi_heap_calloc, 4305, mi_heap_calloc(heap, 5, 861))
KEEPS(mi_heap_mallocn, 4310, mi_heap_mallocn(heap, 5, 862))
KEEPS(mi_heap_realloc, 4306, mi_heap_realloc(heap, mi_heap_malloc(heap, 10), 4306))
KEEPS(mi_heap_reallocn, 4315, mi_heap_reallocn(heap, mi_heap_malloc(heap, 10), 5, 863))
KEEPS(mi_heap_reallocf, 4307, mi_heap_reallocf(heap, NULL, 4307))
KEEPS(mi_heap_rezalloc, 4308, mi_heap_rezalloc(heap, mi_heap_zalloc(heap, 10), 4308))
KEEPS(mi_heap_recalloc, 4320, mi_heap_recalloc(heap, mi_heap_calloc(heap, 1, 10), 5, 864))
KEEPS(mi_heap_strdup, 26, mi_heap_strdup(heap, TEXT))
KEEPS(mi_heap_strndup, 9, mi_heap_strndup(heap, TEXT, 8))
KEEPS(mi_heap_realpath, 5, mi_heap_realpath(heap, "/usr", NULL))
KEEPS(mi_heap_malloc_aligned, 4321, mi_heap_malloc_aligned(heap, 4321, 256))
KEEPS(mi_heap_malloc_aligned_at, 4322, mi_heap_malloc_aligned_at(heap, 4322, 256, 8))
KEEPS(mi_heap_zalloc_aligned, 4323, mi_heap_zalloc_aligned(heap, 4323, 256))
KEEPS(mi_heap_zalloc_aligned_at, 4324, mi_heap_zalloc_aligned_at(heap, 4324, 256, 8))
KEEPS(mi_heap_calloc_aligned, 4325, mi_heap_calloc_aligned(heap, 5, 865, 256))
KEEPS(mi_heap_calloc_aligned_at, 4330, mi_heap_calloc_aligned_at(heap, 5, 866, 256, 8))
KEEPS(mi_heap_realloc_aligned, 4326, mi_heap_realloc_aligned(heap, NULL, 4326, 256))
KEEPS(mi_heap_realloc_aligned_at, 4327, mi_heap_realloc_aligned_at(heap, NULL, 4327, 256, 8))
KEEPS(mi_heap_rezalloc_aligned, 4328, mi_heap_rezalloc_aligned(heap, NULL, 4328, 256))
KEEPS(mi_heap_rezalloc_aligned_at, 4329, mi_heap_rezalloc_aligned_at(heap, NULL, 4329, 256, 8))
KEEPS(mi_heap_recalloc_aligned, 4335, mi_heap_recalloc_aligned(heap, NULL, 5, 867, 256))
KEEPS(mi_heap_recalloc_aligned_at, 4340, mi_heap_recalloc_aligned_at(heap, NULL, 5, 868, 256, 8))
KEEPS(mi_heap_alloc_new, 4341, mi_heap_alloc_new(heap, 4341))
KEEPS(mi_heap_alloc_new_n, 4345, mi_heap_alloc_new_n(heap, 5, 869))
KEEPS(reallocf, 4401, reallocf(malloc(10), 4401))
PUTS(reallocarr, 4402, (block = malloc(10), reallocarr(&block, 4402, 1)))
KEEPS(_aligned_malloc, 4403, _aligned_malloc(256, 4403))
FREES(mi_free, malloc(40), mi_free(block))
FREES(mi_cfree, mi_malloc(40), mi_cfree(block))
FREES(mi_free_size, mi_malloc(40), mi_free_size(block, 40))
FREES(mi_free_aligned, mi_malloc_aligned(40, 256), mi_free_aligned(block, 256))
FREES(mi_free_size_aligned, mi_malloc_aligned(40, 256), mi_free_size_aligned(block, 40, 256))
FREES(vfree, valloc(40), vfree(block))
/* clang-format on */

/* A heap of blocks of all sizes and alignments goes with all that is in it; one that is given away keeps its blocks. */
__attribute__((noinline)) static void fill(mi_heap_t* of) {
    for (int i = 0; i < 1000; i++) {
        sink = mi_heap_malloc(of, 1 + (size_t)i * 17 % 3000);
        sink = mi_heap_malloc_aligned_at(of, 40, 512, i % 2 ? 8 : 16);
    }
    sink = mi_heap_malloc(of, 20 << 20);
}
__attribute__((noinline)) static void keep_mi_heap_destroy(void) {
    mi_heap_t* mortal = mi_heap_new();
    fill(mortal);
    mi_heap_destroy(mortal);
}
__attribute__((noinline)) static void keep_mi_heap_delete(void) {
    mi_heap_t* given = mi_heap_new();
    sink = mi_heap_malloc(given, 4501);
    mi_heap_delete(given);
    kept("mi_heap_delete", sink, 4501);
}

int main(void) {
    setvbuf(stdout, NULL, _IONBF, 0);
    setenv("DREGS_TEST_TEXT", TEXT, 1);
    if (mi_heap_new) heap = mi_heap_new();
    RUN(tc_malloc)
    RUN(tc_calloc)
    RUN(tc_realloc)
    RUN(tc_memalign)
    RUN(tc_valloc)
    RUN(mallocx)
    RUN(rallocx)
    RUN(xallocx)
    RUN(sallocx)
    if (mallocx) keep_nallocx(); /* which others have, too */
    RUN(dallocx)
    RUN(sdallocx)
    RUN(tc_malloc_skip_new_handler)
    RUN(tc_pvalloc)
    RUN(tc_posix_memalign)
    RUN(tc_new)
    RUN(tc_new_nothrow)
    RUN(tc_newarray)
    RUN(tc_newarray_nothrow)
    RUN(tc_new_aligned)
    RUN(tc_new_aligned_nothrow)
    RUN(tc_newarray_aligned)
    RUN(tc_newarray_aligned_nothrow)
    RUN(tc_free)
    RUN(tc_cfree)
    RUN(tc_free_sized)
    RUN(tc_delete)
    RUN(tc_delete_sized)
    RUN(tc_delete_nothrow)
    RUN(tc_delete_aligned)
    RUN(tc_delete_sized_aligned)
    RUN(tc_delete_aligned_nothrow)
    RUN(tc_deletearray)
    RUN(tc_deletearray_sized)
    RUN(tc_deletearray_nothrow)
    RUN(tc_deletearray_aligned)
    RUN(tc_deletearray_sized_aligned)
    RUN(tc_deletearray_aligned_nothrow)
    RUN(scalable_malloc)
    RUN(scalable_calloc)
    RUN(scalable_realloc)
    RUN(scalable_posix_memalign)
    RUN(scalable_aligned_malloc)
    RUN(scalable_aligned_realloc)
    RUN(scalable_free)
    RUN(scalable_aligned_free)
    RUN(scalable_msize)
    RUN(mi_malloc)
    RUN(mi_zalloc)
    RUN(mi_malloc_small)
    RUN(mi_zalloc_small)
    RUN(mi_calloc)
    RUN(mi_mallocn)
    RUN(mi_realloc)
    RUN(mi_rezalloc)
    RUN(mi_reallocn)
    RUN(mi_recalloc)
    RUN(mi_reallocf)
    RUN(mi_reallocarray)
    RUN(mi_reallocarr)
    RUN(mi_expand)
    RUN(mi_strdup)
    RUN(mi_strndup)
    RUN(mi_realpath)
    RUN(mi_mbsdup)
    RUN(mi_wcsdup)
    RUN(mi_dupenv_s)
    RUN(mi_posix_memalign)
    RUN(mi_memalign)
    RUN(mi_aligned_alloc)
    RUN(mi_valloc)
    RUN(mi_pvalloc)
    RUN(mi_malloc_aligned)
    RUN(mi_malloc_aligned_at)
    RUN(mi_zalloc_aligned)
    RUN(mi_zalloc_aligned_at)
    RUN(mi_calloc_aligned)
    RUN(mi_calloc_aligned_at)
    RUN(mi_realloc_aligned)
    RUN(mi_realloc_aligned_at)
    RUN(mi_rezalloc_aligned)
    RUN(mi_rezalloc_aligned_at)
    RUN(mi_recalloc_aligned)
    RUN(mi_recalloc_aligned_at)
    RUN(mi_aligned_recalloc)
    RUN(mi_aligned_offset_recalloc)
    RUN(mi_new)
    RUN(mi_new_aligned)
    RUN(mi_new_nothrow)
    RUN(mi_new_aligned_nothrow)
    RUN(mi_new_n)
    RUN(mi_new_realloc)
    RUN(mi_new_reallocn)
    RUN(mi_heap_malloc)
    RUN(mi_heap_zalloc)
    RUN(mi_heap_malloc_small)
    RUN(mi_heap_calloc)
    RUN(mi_heap_mallocn)
    RUN(mi_heap_realloc)
    RUN(mi_heap_reallocn)
    RUN(mi_heap_reallocf)
    RUN(mi_heap_rezalloc)
    RUN(mi_heap_recalloc)
    RUN(mi_heap_strdup)
    RUN(mi_heap_strndup)
    RUN(mi_heap_realpath)
    RUN(mi_heap_malloc_aligned)
    RUN(mi_heap_malloc_aligned_at)
    RUN(mi_heap_zalloc_aligned)
    RUN(mi_heap_zalloc_aligned_at)
    RUN(mi_heap_calloc_aligned)
    RUN(mi_heap_calloc_aligned_at)
    RUN(mi_heap_realloc_aligned)
    RUN(mi_heap_realloc_aligned_at)
    RUN(mi_heap_rezalloc_aligned)
    RUN(mi_heap_rezalloc_aligned_at)
    RUN(mi_heap_recalloc_aligned)
    RUN(mi_heap_recalloc_aligned_at)
    RUN(mi_heap_alloc_new)
    RUN(mi_heap_alloc_new_n)
    RUN(reallocf)
    RUN(reallocarr)
    RUN(_aligned_malloc)
    RUN(mi_free)
    RUN(mi_cfree)
    RUN(mi_free_size)
    RUN(mi_free_aligned)
    RUN(mi_free_size_aligned)
    RUN(vfree)
    RUN(mi_heap_destroy)
    RUN(mi_heap_delete)
    print_host_state();
    return 0;
}
