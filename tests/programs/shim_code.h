/* Where the shim's code lies, for programs that interrupt it at each of its instructions by the trap flag. C.
 * Nothing is found, and no pc is in it, where there is no shim. */
#ifndef DREGS_TESTS_PROGRAMS_SHIM_CODE_H
#define DREGS_TESTS_PROGRAMS_SHIM_CODE_H

#include <link.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

static uintptr_t shim_begin, shim_end;

static int note_shim(struct dl_phdr_info* info, size_t size, void* unused) {
    (void)size, (void)unused;
    if (!strstr(info->dlpi_name, "libdregs.so")) return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr)* segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X)) continue;
        shim_begin = info->dlpi_addr + segment->p_vaddr;
        shim_end = shim_begin + segment->p_memsz;
    }
    return 1;
}

static void find_shim_code(void) { dl_iterate_phdr(note_shim, NULL); }

static int interrupts_shim(const ucontext_t* at) {
    const uintptr_t pc = (uintptr_t)at->uc_mcontext.gregs[REG_RIP];
    return pc >= shim_begin && pc < shim_end;
}

/* Every instruction from here on traps: SIGTRAP's handler clears the flag (stop_stepping) in the context it returns to.
 */
static inline void step_from_here(void) {
    __asm__ volatile("subq $128, %%rsp\n\tpushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\taddq $128, %%rsp" ::
                         : "cc", "memory");
}

static void stop_stepping(ucontext_t* at) { at->uc_mcontext.gregs[REG_EFL] &= ~0x100; }

#endif
