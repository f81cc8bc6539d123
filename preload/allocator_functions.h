// What allocators other than the C library's export besides malloc's family, and what each function does
// (allocator_shapes.h). One line a function; in which argument its block and its bytes stand is the shape's to say.
//
// Verified with jemalloc 5.3.0, gperftools 2.10, mimalloc 2.0.9, oneTBB 2021.8. Not among them: pools (rml::pool_*),
// whose blocks lie in such; jemalloc's arenas that are reset or destroyed as a whole.
#pragma once

// clang-format off
// The replaceable operators new and delete. The C++ library's own call malloc and free, so they count only where an
// allocator has its own.
#define DREGS_OPERATORS(X) \
    X(_Znwm, (Throws<At<0>>)) \
    X(_ZnwmRKSt9nothrow_t, (Makes<At<0>>)) \
    X(_ZnwmSt11align_val_t, (Throws<At<0>>)) \
    X(_ZnwmSt11align_val_tRKSt9nothrow_t, (Makes<At<0>>)) \
    X(_Znam, (Throws<At<0>>)) \
    X(_ZnamRKSt9nothrow_t, (Makes<At<0>>)) \
    X(_ZnamSt11align_val_t, (Throws<At<0>>)) \
    X(_ZnamSt11align_val_tRKSt9nothrow_t, (Makes<At<0>>)) \
    X(_ZdlPv, (Frees<0>)) \
    X(_ZdlPvm, (Frees<0>)) \
    X(_ZdlPvRKSt9nothrow_t, (Frees<0>)) \
    X(_ZdlPvSt11align_val_t, (Frees<0>)) \
    X(_ZdlPvmSt11align_val_t, (Frees<0>)) \
    X(_ZdlPvSt11align_val_tRKSt9nothrow_t, (Frees<0>)) \
    X(_ZdaPv, (Frees<0>)) \
    X(_ZdaPvm, (Frees<0>)) \
    X(_ZdaPvRKSt9nothrow_t, (Frees<0>)) \
    X(_ZdaPvSt11align_val_t, (Frees<0>)) \
    X(_ZdaPvmSt11align_val_t, (Frees<0>)) \
    X(_ZdaPvSt11align_val_tRKSt9nothrow_t, (Frees<0>))

// Of jemalloc; and with the prefix that it is built with where malloc is to stay the C library's.
#define DREGS_JEMALLOC_FUNCTIONS(X) \
    X(mallocx, (Makes<At<0>>)) \
    X(rallocx, (Remakes<0, At<1>>)) \
    X(xallocx, (Resizes<kFunction_nallocx>)) \
    X(dallocx, (Frees<0>)) \
    X(sdallocx, (Frees<0>)) \
    X(je_malloc, (Makes<At<0>>)) \
    X(je_free, (Frees<0>)) \
    X(je_calloc, (Makes<Product<0, 1>>)) \
    X(je_realloc, (Remakes<0, At<1>>)) \
    X(je_memalign, (Makes<At<1>>)) \
    X(je_valloc, (Makes<At<0>>)) \
    X(je_aligned_alloc, (Makes<At<1>>)) \
    X(je_posix_memalign, (MakesInto<At<2>>)) \
    X(je_mallocx, (Makes<At<0>>)) \
    X(je_rallocx, (Remakes<0, At<1>>)) \
    X(je_xallocx, (Resizes<kFunction_je_nallocx>)) \
    X(je_dallocx, (Frees<0>)) \
    X(je_sdallocx, (Frees<0>))

// Of gperftools.
#define DREGS_TCMALLOC_FUNCTIONS(X) \
    X(tc_malloc, (Makes<At<0>>)) \
    X(tc_free, (Frees<0>)) \
    X(tc_calloc, (Makes<Product<0, 1>>)) \
    X(tc_realloc, (Remakes<0, At<1>>)) \
    X(tc_memalign, (Makes<At<1>>)) \
    X(tc_valloc, (Makes<At<0>>)) \
    X(tc_malloc_skip_new_handler, (Makes<At<0>>)) \
    X(tc_free_sized, (Frees<0>)) \
    X(tc_cfree, (Frees<0>)) \
    X(tc_posix_memalign, (MakesInto<At<2>>)) \
    X(tc_pvalloc, (Makes<At<0>>)) \
    X(tc_new, (Throws<At<0>>)) \
    X(tc_new_nothrow, (Makes<At<0>>)) \
    X(tc_new_aligned, (Throws<At<0>>)) \
    X(tc_new_aligned_nothrow, (Makes<At<0>>)) \
    X(tc_delete, (Frees<0>)) \
    X(tc_delete_sized, (Frees<0>)) \
    X(tc_delete_nothrow, (Frees<0>)) \
    X(tc_delete_aligned, (Frees<0>)) \
    X(tc_delete_sized_aligned, (Frees<0>)) \
    X(tc_delete_aligned_nothrow, (Frees<0>)) \
    X(tc_newarray, (Throws<At<0>>)) \
    X(tc_newarray_nothrow, (Makes<At<0>>)) \
    X(tc_newarray_aligned, (Throws<At<0>>)) \
    X(tc_newarray_aligned_nothrow, (Makes<At<0>>)) \
    X(tc_deletearray, (Frees<0>)) \
    X(tc_deletearray_sized, (Frees<0>)) \
    X(tc_deletearray_nothrow, (Frees<0>)) \
    X(tc_deletearray_aligned, (Frees<0>)) \
    X(tc_deletearray_sized_aligned, (Frees<0>)) \
    X(tc_deletearray_aligned_nothrow, (Frees<0>))

// Of mimalloc.
#define DREGS_MIMALLOC_FUNCTIONS(X) \
    X(mi_malloc, (Makes<At<0>>)) \
    X(mi_zalloc, (Makes<At<0>>)) \
    X(mi_malloc_small, (Makes<At<0>>)) \
    X(mi_malloc_aligned, (Makes<At<0>>)) \
    X(mi_malloc_aligned_at, (Makes<At<0>>)) \
    X(mi_zalloc_aligned, (Makes<At<0>>)) \
    X(mi_zalloc_aligned_at, (Makes<At<0>>)) \
    X(mi_zalloc_small, (Makes<At<0>>)) \
    X(mi_calloc, (Makes<Product<0, 1>>)) \
    X(mi_mallocn, (Makes<Product<0, 1>>)) \
    X(mi_calloc_aligned, (Makes<Product<0, 1>>)) \
    X(mi_calloc_aligned_at, (Makes<Product<0, 1>>)) \
    X(mi_realloc, (Remakes<0, At<1>, OnNull::kKept>)) \
    X(mi_rezalloc, (Remakes<0, At<1>, OnNull::kKept>)) \
    X(mi_realloc_aligned, (Remakes<0, At<1>, OnNull::kKept>)) \
    X(mi_realloc_aligned_at, (Remakes<0, At<1>, OnNull::kKept>)) \
    X(mi_rezalloc_aligned, (Remakes<0, At<1>, OnNull::kKept>)) \
    X(mi_rezalloc_aligned_at, (Remakes<0, At<1>, OnNull::kKept>)) \
    X(mi_reallocn, (Remakes<0, Product<1, 2>, OnNull::kKept>)) \
    X(mi_recalloc, (Remakes<0, Product<1, 2>, OnNull::kKept>)) \
    X(mi_recalloc_aligned, (Remakes<0, Product<1, 2>, OnNull::kKept>)) \
    X(mi_recalloc_aligned_at, (Remakes<0, Product<1, 2>, OnNull::kKept>)) \
    X(mi_reallocf, (Remakes<0, At<1>, OnNull::kFreed>)) \
    X(mi_strdup, (Copies<char>)) \
    X(mi_strndup, (Copies<char>)) \
    X(mi_realpath, (Resolves<1>)) \
    X(mi_heap_malloc, (Makes<At<1>>)) \
    X(mi_heap_zalloc, (Makes<At<1>>)) \
    X(mi_heap_malloc_small, (Makes<At<1>>)) \
    X(mi_heap_malloc_aligned, (Makes<At<1>>)) \
    X(mi_heap_malloc_aligned_at, (Makes<At<1>>)) \
    X(mi_heap_zalloc_aligned, (Makes<At<1>>)) \
    X(mi_heap_zalloc_aligned_at, (Makes<At<1>>)) \
    X(mi_heap_calloc, (Makes<Product<1, 2>>)) \
    X(mi_heap_mallocn, (Makes<Product<1, 2>>)) \
    X(mi_heap_calloc_aligned, (Makes<Product<1, 2>>)) \
    X(mi_heap_calloc_aligned_at, (Makes<Product<1, 2>>)) \
    X(mi_heap_realloc, (Remakes<1, At<2>, OnNull::kKept>)) \
    X(mi_heap_rezalloc, (Remakes<1, At<2>, OnNull::kKept>)) \
    X(mi_heap_realloc_aligned, (Remakes<1, At<2>, OnNull::kKept>)) \
    X(mi_heap_realloc_aligned_at, (Remakes<1, At<2>, OnNull::kKept>)) \
    X(mi_heap_rezalloc_aligned, (Remakes<1, At<2>, OnNull::kKept>)) \
    X(mi_heap_rezalloc_aligned_at, (Remakes<1, At<2>, OnNull::kKept>)) \
    X(mi_heap_reallocn, (Remakes<1, Product<2, 3>, OnNull::kKept>)) \
    X(mi_heap_recalloc, (Remakes<1, Product<2, 3>, OnNull::kKept>)) \
    X(mi_heap_recalloc_aligned, (Remakes<1, Product<2, 3>, OnNull::kKept>)) \
    X(mi_heap_recalloc_aligned_at, (Remakes<1, Product<2, 3>, OnNull::kKept>)) \
    X(mi_heap_reallocf, (Remakes<1, At<2>, OnNull::kFreed>)) \
    X(mi_heap_strdup, (Copies<char>)) \
    X(mi_heap_strndup, (Copies<char>)) \
    X(mi_heap_realpath, (Resolves<2>)) \
    X(mi_heap_alloc_new, (Throws<At<1>>)) \
    X(mi_heap_alloc_new_n, (Throws<Product<1, 2>>)) \
    X(mi_new, (Throws<At<0>>)) \
    X(mi_new_aligned, (Throws<At<0>>)) \
    X(mi_new_nothrow, (Makes<At<0>>)) \
    X(mi_new_aligned_nothrow, (Makes<At<0>>)) \
    X(mi_new_n, (Throws<Product<0, 1>>)) \
    X(mi_new_realloc, (Remakes<0, At<1>, OnNull::kKept>)) \
    X(mi_new_reallocn, (Remakes<0, Product<1, 2>, OnNull::kKept>)) \
    X(mi_free, (Frees<0>)) \
    X(mi_cfree, (Frees<0>)) \
    X(mi_free_size, (Frees<0>)) \
    X(mi_free_aligned, (Frees<0>)) \
    X(mi_free_size_aligned, (Frees<0>)) \
    X(mi_expand, (Remakes<0, At<1>, OnNull::kNoRoom>))\
    X(mi__expand, (Remakes<0, At<1>, OnNull::kNoRoom>))\
    X(mi_posix_memalign, (MakesInto<At<2>>)) \
    X(mi_memalign, (Makes<At<1>>)) \
    X(mi_aligned_alloc, (Makes<At<1>>)) \
    X(mi_valloc, (Makes<At<0>>)) \
    X(mi_pvalloc, (Makes<At<0>>)) \
    X(mi_reallocarray, (Remakes<0, Product<1, 2>, OnNull::kKept>)) \
    X(mi_reallocarr, (RemakesAt<Product<1, 2>>)) \
    X(mi_aligned_recalloc, (Remakes<0, Product<1, 2>, OnNull::kKept>)) \
    X(mi_aligned_offset_recalloc, (Remakes<0, Product<1, 2>, OnNull::kKept>)) \
    X(mi_wcsdup, (Copies<char16_t>)) \
    X(mi_mbsdup, (Copies<char>)) \
    X(mi_dupenv_s, (CopiesInto<char>)) \
    X(mi_heap_destroy, (DestroysHeap)) \
    X(reallocf, (Remakes<0, At<1>, OnNull::kFreed>)) \
    X(reallocarr, (RemakesAt<Product<1, 2>>)) \
    X(vfree, (Frees<0>)) \
    X(_aligned_malloc, (Makes<At<1>>))

// Of oneTBB.
#define DREGS_TBB_FUNCTIONS(X) \
    X(scalable_malloc, (Makes<At<0>>)) \
    X(scalable_free, (Frees<0>)) \
    X(scalable_calloc, (Makes<Product<0, 1>>)) \
    X(scalable_realloc, (Remakes<0, At<1>>)) \
    X(scalable_posix_memalign, (MakesInto<At<2>>)) \
    X(scalable_aligned_malloc, (Makes<At<0>>)) \
    X(scalable_aligned_realloc, (Remakes<0, At<1>>)) \
    X(scalable_aligned_free, (Frees<0>)) \
    X(__TBB_malloc_safer_free, (Frees<0>)) \
    X(__TBB_malloc_safer_realloc, (Remakes<0, At<1>>)) \
    X(__TBB_malloc_safer_aligned_realloc, (Remakes<0, At<1>>))

// Names of the C library's that allocators have, too.
#define DREGS_LIBC_FUNCTIONS(X) \
    X(__libc_malloc, (Makes<At<0>>)) \
    X(__libc_free, (Frees<0>)) \
    X(__libc_cfree, (Frees<0>)) \
    X(__libc_calloc, (Makes<Product<0, 1>>)) \
    X(__libc_realloc, (Remakes<0, At<1>>)) \
    X(__libc_memalign, (Makes<At<1>>)) \
    X(__libc_valloc, (Makes<At<0>>)) \
    X(__libc_pvalloc, (Makes<At<0>>)) \
    X(__posix_memalign, (MakesInto<At<2>>))

#define DREGS_ALLOCATOR_FUNCTIONS(X) \
    DREGS_OPERATORS(X) DREGS_JEMALLOC_FUNCTIONS(X) DREGS_TCMALLOC_FUNCTIONS(X) DREGS_MIMALLOC_FUNCTIONS(X) \
    DREGS_TBB_FUNCTIONS(X) DREGS_LIBC_FUNCTIONS(X)
// What is asked about a block; calls of these are nobody's business.
#define DREGS_ALLOCATOR_QUESTIONS(X) \
    X(nallocx) X(je_nallocx) X(mi_heap_visit_blocks) X(mi_heap_get_backing)
// clang-format on
