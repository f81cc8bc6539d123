/* A signal handler that leaves a marker call by siglongjmp, at each of its instructions in turn (the trap flag tells
 * them apart; not while signals are blocked, for then none could come). After each it goes deeper into the stack than
 * the call was that it left, and enters a scope, keeps one block of 1337 bytes in it, and leaves it. `jumps_out FILE`:
 * the number of jumps goes to FILE; without the shim there are none. */
#define _GNU_SOURCE
#include <alloca.h>
#include <link.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "dregs/dregs.h"
#include "tests/hostile/keep_blocks.h"

static uintptr_t shim_begin, shim_end;
static volatile int stepping, steps, jump_at;
static sigjmp_buf out;

static int find_shim(struct dl_phdr_info* info, size_t size, void* unused) {
    (void)size, (void)unused;
    if (!strstr(info->dlpi_name, "libdregs")) return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr)* segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X)) continue;
        shim_begin = info->dlpi_addr + segment->p_vaddr;
        shim_end = shim_begin + segment->p_memsz;
    }
    return 1;
}

static void on_trap(int number, siginfo_t* info, void* context) {
    (void)number, (void)info;
    ucontext_t* at = context;
    if (!stepping) at->uc_mcontext.gregs[REG_EFL] &= ~0x100;
    const uintptr_t pc = (uintptr_t)at->uc_mcontext.gregs[REG_RIP];
    if (pc < shim_begin || pc >= shim_end || sigismember(&at->uc_sigmask, SIGALRM)) return;
    if (++steps < jump_at) return;
    stepping = 0;
    siglongjmp(out, 1);
}

static __attribute__((noinline)) void mark_step_by_step(void) {
    stepping = 1;
    __asm__ volatile("subq $128, %%rsp\n\tpushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\taddq $128, %%rsp" ::
                         : "cc", "memory");
    dregs_scope_leave(dregs_scope_enter("left by a jump"));
    stepping = 0;
}

static __attribute__((noinline)) void mark_deeper(void) {
    volatile char* room = alloca(4096);
    room[0] = 0;
    const dregs_scope scope = dregs_scope_enter("after a jump");
    keep_blocks(1);
    dregs_scope_leave(scope);
    room[1] = 0;
}

int main(int argc, char** argv) {
    static volatile int jumps;
    struct sigaction action = {0};
    dl_iterate_phdr(find_shim, NULL);
    action.sa_sigaction = on_trap;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGTRAP, &action, NULL);
    dregs_scope_leave(dregs_scope_enter("left by a jump")); /* known from here on */
    for (jump_at = 1;; jump_at = jump_at + 1) {
        steps = 0;
        if (sigsetjmp(out, 1) == 0) {
            mark_step_by_step();
            break;
        }
        jumps = jumps + 1;
        mark_deeper();
    }
    FILE* file = argc > 1 ? fopen(argv[1], "w") : NULL;
    if (!file) return 1;
    fprintf(file, "%d\n", jumps);
    fclose(file);
    puts("jumped out of each instruction");
    return 0;
}
