/* A signal handler allocates at each instruction of the shim's hooks: the trap flag is set, and each trap that finds
 * the program inside libdregs.so allocates and frees there. In the C library's own allocator it keeps still, for that
 * may not be entered twice. `handler_allocates`: prints how often it did so; leaves 64 blocks of 1337 bytes from main's
 * calls and 25 of 733 from the handler's.
 */
#define _GNU_SOURCE
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

static uintptr_t shim_begin, shim_end;
static volatile int stepping;
static unsigned long handled;
void* volatile kept[64];
static void* volatile kept_by_handler[25];

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

__attribute__((noinline)) static void* leak_from_handler(void) {
    void* block = malloc(733);
    __asm__ volatile("" : "+r"(block)); /* no tail call */
    return block;
}

static void on_trap(int number, siginfo_t* info, void* context) {
    (void)number, (void)info;
    ucontext_t* at = context;
    if (!stepping) at->uc_mcontext.gregs[REG_EFL] &= ~0x100;
    const uintptr_t pc = (uintptr_t)at->uc_mcontext.gregs[REG_RIP];
    if (pc < shim_begin || pc >= shim_end) return;
    handled++;
    if (handled % 400 == 0 && handled / 400 <= 25) kept_by_handler[handled / 400 - 1] = leak_from_handler();
    free(realloc(malloc(handled % 200), 300));
}

__attribute__((noinline)) static void* leak_under(int depth) {
    void* block = depth > 0 ? leak_under(depth - 1) : malloc(1337);
    __asm__ volatile("" : "+r"(block)); /* no tail call */
    return block;
}

int main(void) {
    dl_iterate_phdr(find_shim, NULL);
    struct sigaction action = {0};
    action.sa_sigaction = on_trap;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGTRAP, &action, NULL);
    free(leak_under(5)); /* the thread and its rows are known from here on */
    stepping = 1;
    __asm__ volatile("subq $128, %%rsp\n\tpushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\taddq $128, %%rsp" ::
                         : "cc", "memory");
    for (int i = 0; i < 64; i++) {
        kept[i] = leak_under(i % 23);
        free(leak_under(i % 7));
        free(realloc(leak_under(i % 3), 4000));
    }
    stepping = 0;
    printf("handled %s\n", shim_begin == 0 || handled > 20000 ? "often" : "seldom");
    return 0;
}
