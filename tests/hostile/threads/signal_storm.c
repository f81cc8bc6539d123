/* Signals at 10 kHz to each of 3 threads, on a stack of their own, while the threads allocate: `signal_storm SIGNALS
 * FILE`. The handler allocates, too, where that is allowed: when it interrupted the program's own code, or the shim's,
 * but not the C library's. Each thread goes on until it has seen so many signals, and keeps 100 blocks of 1337 bytes;
 * every tenth handler keeps one of 733. FILE gets how many of those there are. */
#define _GNU_SOURCE
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

enum { kThreads = 3, kStackBytes = 65536, kPeriodNs = 100000 };
static struct { uintptr_t begin, end; } code[2];
static atomic_int kept_by_handlers;
static __thread volatile int signals;
static int signals_wanted;

static void add_code(const struct dl_phdr_info* info, int which) {
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr)* segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X)) continue;
        code[which].begin = info->dlpi_addr + segment->p_vaddr;
        code[which].end = code[which].begin + segment->p_memsz;
    }
}

static int find_code(struct dl_phdr_info* info, size_t size, void* unused) {
    (void)size, (void)unused;
    if (!info->dlpi_name[0]) add_code(info, 0);
    if (strstr(info->dlpi_name, "libdregs")) add_code(info, 1);
    return 0;
}

__attribute__((noinline)) static void keep_from_handler(void) {
    void* volatile block = malloc(733);
    (void)block;
    atomic_fetch_add(&kept_by_handlers, 1);
}

static void on_signal(int number, siginfo_t* info, void* context) {
    (void)number, (void)info;
    const uintptr_t pc = (uintptr_t)((ucontext_t*)context)->uc_mcontext.gregs[REG_RIP];
    const int in_program = pc >= code[0].begin && pc < code[0].end, in_shim = pc >= code[1].begin && pc < code[1].end;
    if (!in_program && !in_shim) return;
    signals = signals + 1;
    use_blocks(2);
    if (signals % 10 == 0) keep_from_handler();
}

static void use_signal_stack(char* stack) {
    const stack_t own = {.ss_sp = stack, .ss_size = kStackBytes};
    sigaltstack(&own, NULL);
}

static timer_t start_timer(void) {
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
    event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    const struct itimerspec each = {{0, kPeriodNs}, {0, kPeriodNs}};
    timer_settime(timer, 0, &each, NULL);
    return timer;
}

/* Some of its time is the program's own, so that signals are seen without the shim, too. */
static void work(void) {
    volatile unsigned spent = 0;
    use_blocks(50);
    for (int i = 0; i < 2000; i++) spent = spent + 1;
}

static void* run(void* stack) {
    use_signal_stack(stack);
    const timer_t timer = start_timer();
    while (signals < signals_wanted) work();
    timer_delete(timer);
    keep_blocks(100);
    return NULL;
}

int main(int argc, char** argv) {
    static char stacks[kThreads][kStackBytes];
    pthread_t threads[kThreads];
    struct sigaction action = {0};
    if (argc < 3) return 2;
    signals_wanted = atoi(argv[1]);
    dl_iterate_phdr(find_code, NULL);
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    sigaction(SIGUSR1, &action, NULL);
    for (int i = 0; i < kThreads; i++) pthread_create(&threads[i], NULL, run, stacks[i]);
    for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
    print_host_state();
    FILE* file = fopen(argv[2], "w");
    fprintf(file, "%d\n", atomic_load(&kept_by_handlers));
    return fclose(file);
}
