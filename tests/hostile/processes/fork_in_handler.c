/* A signal handler forks while it interrupts the shim, at each of its instructions in turn (the trap flag tells them
 * apart), as handlers do that start a debugger or write a report. The child allocates, frees a block of its parent's,
 * and ends without ever returning to what it interrupted. `fork_in_handler EVERY FILE`: one child in each EVERY
 * instructions; how many there were goes to FILE, for without the shim there are none.
 *
 * Keeps 64 blocks itself, and 5 in each child. */
#define _GNU_SOURCE
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

static uintptr_t shim_begin, shim_end;
static volatile int stepping;
static int every, instructions, children, failed;
static void* volatile inherited;

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

static void be_child(void) {
    alarm(60);
    keep_blocks(5);
    use_blocks(100);
    free(inherited);
    _exit(0);
}

static void on_trap(int number, siginfo_t* info, void* context) {
    (void)number, (void)info;
    ucontext_t* at = context;
    int status = 0;
    if (!stepping) at->uc_mcontext.gregs[REG_EFL] &= ~0x100;
    const uintptr_t pc = (uintptr_t)at->uc_mcontext.gregs[REG_RIP];
    if (pc < shim_begin || pc >= shim_end || instructions++ % every) return;
    const pid_t child = _Fork();
    if (child == 0) be_child();
    children++;
    failed += waitpid(child, &status, 0) != child || status != 0;
}

int main(int argc, char** argv) {
    struct sigaction action = {0};
    if (argc < 3) return 2;
    every = atoi(argv[1]);
    inherited = malloc(733);
    dl_iterate_phdr(find_shim, NULL);
    action.sa_sigaction = on_trap;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGTRAP, &action, NULL);
    stepping = 1;
    __asm__ volatile("subq $128, %%rsp\n\tpushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\taddq $128, %%rsp" ::
                         : "cc", "memory");
    keep_blocks(64);
    use_blocks(16);
    stepping = 0;
    FILE* file = fopen(argv[2], "we");
    if (!file || fprintf(file, "%d\n", children) < 0 || fclose(file)) return 1;
    print_host_state();
    return failed != 0;
}
