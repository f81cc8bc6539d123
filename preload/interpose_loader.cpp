// dlopen and dlmopen as the program sees them: a library that is given a scope of its own (RTLD_DEEPBIND, a namespace)
// will most likely call the C library's malloc past us, and the trace must say so.
//
// The real function finds out by its return address who calls it, and looks for the library on that caller's behalf.
// So these jump to it with the caller's own return address on the stack; no compiler promises that, hence assembly.
#include <dlfcn.h>
#include <features.h>

#include "preload/lifecycle.h"
#include "preload/system/attributes.h"
#include "preload/system/real.h"

using dregs::g_real;
using dregs::real_ready;

#if __GLIBC_PREREQ(2, 34)  // before it, they are in a library that the real ones may not be found in

extern "C" {

// What the exported functions jump to. Called by their assembly with their arguments.
__attribute__((visibility("hidden"), used)) void* dregs_before_dlopen(const char* file, int mode);
__attribute__((visibility("hidden"), used)) void* dregs_before_dlmopen(Lmid_t space, const char* file, int mode);

// Stands for either of them before this library is relocated: no library can be had yet.
static void* cannot_open() { return nullptr; }

static void* next_of(void* known, const char* name) {
    if (!known) known = dregs::find_loader_function(name);
    return known ? known : reinterpret_cast<void*>(cannot_open);
}

void* dregs_before_dlopen(const char* file, int mode) {
    if ((mode & RTLD_DEEPBIND) != 0) dregs::note_own_scope(file);
    return next_of(real_ready() ? reinterpret_cast<void*>(g_real.dlopen) : nullptr, "dlopen");
}

void* dregs_before_dlmopen(Lmid_t space, const char* file, int mode) {
    if (space != LM_ID_BASE || (mode & RTLD_DEEPBIND) != 0) dregs::note_own_scope(file);
    return next_of(real_ready() ? reinterpret_cast<void*>(g_real.dlmopen) : nullptr, "dlmopen");
}

#define DREGS_PASS_ON_AFTER(before)   \
    asm("pushq %rdi\n"                \
        ".cfi_adjust_cfa_offset 8\n"  \
        "pushq %rsi\n"                \
        ".cfi_adjust_cfa_offset 8\n"  \
        "pushq %rdx\n"                \
        ".cfi_adjust_cfa_offset 8\n"  \
        "call " #before               \
        "\n"                          \
        "popq %rdx\n"                 \
        ".cfi_adjust_cfa_offset -8\n" \
        "popq %rsi\n"                 \
        ".cfi_adjust_cfa_offset -8\n" \
        "popq %rdi\n"                 \
        ".cfi_adjust_cfa_offset -8\n" \
        "jmp *%rax\n")

DREGS_EXPORT __attribute__((naked)) void* dlopen(const char*, int) noexcept {
    DREGS_PASS_ON_AFTER(dregs_before_dlopen);
}

DREGS_EXPORT __attribute__((naked)) void* dlmopen(Lmid_t, const char*, int) noexcept {
    DREGS_PASS_ON_AFTER(dregs_before_dlmopen);
}

}  // extern "C"

#endif
