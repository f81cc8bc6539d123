/* Puts itself into a sandbox and goes on allocating: `sandboxed KIND BLOCKS`. Keeps so many blocks of 1337 bytes, the
 * first ten before the sandbox begins, and needs no system call for the rest but brk, or none at all in strict mode.
 *
 *   kill_open   open and its like kill the process      kill_mmap   and mmap, too
 *   allowlist   all kills but what a program in service needs; no prctl, madvise, gettid, tgkill
 *   errno       open, mmap, ftruncate, madvise fail with EPERM
 *   strict      read, write, _exit and no more          two         kill_open, then errno on top of it
 *   before      a filter that forbids nothing of ours, then exec: as in a container
 *   fork        kill_open; then a child allocates, too  wrong       programs the kernel refuses; then no sandbox */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/keep_blocks.h"

enum { kMostCalls = 32 };
#define COUNT(array) (sizeof(array) / sizeof *(array))

static const int opening[] = {SYS_open, SYS_openat, SYS_creat, SYS_openat2};
static const int growing[] = {SYS_open, SYS_openat, SYS_creat, SYS_mmap, SYS_ftruncate};
static const int refused[] = {SYS_open, SYS_openat, SYS_creat, SYS_mmap, SYS_ftruncate, SYS_madvise};
static const int harmless[] = {SYS_reboot, SYS_swapon, SYS_kexec_load};
static const int serving[] = {SYS_read,       SYS_write,        SYS_close,          SYS_brk,   SYS_mmap,  SYS_exit,
                              SYS_exit_group, SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_futex, SYS_munmap};

/* The listed calls have one result, all others the other. */
static struct sock_fprog filter_of(const int* calls, unsigned count, unsigned listed, unsigned others) {
    static struct sock_filter code[kMostCalls + 3];
    unsigned at = 0;
    code[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (unsigned i = 0; i < count; i++)
        code[at++] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i], (unsigned char)(count - i), 0);
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, others);
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, listed);
    return (struct sock_fprog){(unsigned short)at, code};
}

static int by_prctl(struct sock_fprog program) { return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program); }
static int by_syscall(struct sock_fprog program) {
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

static int refuse_wrong_ones(void) {
    struct sock_filter endless = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 1);
    struct sock_fprog none = {0, &endless}, nowhere = {3, NULL}, wrong = {1, &endless};
    int refusals = by_prctl(none) == -1 && errno == EINVAL;
    refusals += by_syscall(nowhere) == -1 && (errno == EFAULT || errno == EINVAL);
    refusals += by_syscall(wrong) == -1 && errno == EINVAL;
    refusals += prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) == -1 && errno == EFAULT;
    return refusals == 4 ? 0 : -1;
}

static int enter_sandbox(const char* kind) {
    const unsigned kill = SECCOMP_RET_KILL_PROCESS, allow = SECCOMP_RET_ALLOW, fail = SECCOMP_RET_ERRNO | EPERM;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!strcmp(kind, "kill_open") || !strcmp(kind, "fork"))
        return by_prctl(filter_of(opening, COUNT(opening), kill, allow));
    if (!strcmp(kind, "kill_mmap")) return by_syscall(filter_of(growing, COUNT(growing), kill, allow));
    if (!strcmp(kind, "allowlist")) return by_syscall(filter_of(serving, COUNT(serving), allow, kill));
    if (!strcmp(kind, "errno")) return by_prctl(filter_of(refused, COUNT(refused), fail, allow));
    if (!strcmp(kind, "before")) return by_prctl(filter_of(harmless, COUNT(harmless), kill, allow));
    if (!strcmp(kind, "strict")) return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
    if (!strcmp(kind, "wrong")) return refuse_wrong_ones();
    return by_prctl(filter_of(opening, COUNT(opening), kill, allow)) ||
           by_syscall(filter_of(refused, COUNT(refused), fail, allow));
}

/* All from brk; in strict mode what was had before. Soon beyond an address of 2 GiB where there are addresses for that:
 * the shim's index of blocks has to grow there. */
static void prepare_heap(int blocks) {
    const long span = 1l << 31, before = 8 << 20;
    const long now = (long)sbrk(0);
    sbrk(((now + before) | (span - 1)) + 1 - before - now);
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    last_kept = malloc((size_t)blocks * 1400);
    free(last_kept);
}

static int allocate_in_child(void) {
    const pid_t child = fork();
    if (child == 0) {
        keep_blocks(100);
        _exit(6);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const int blocks = atoi(argv[2]);
    prepare_heap(blocks);
    keep_blocks(10);
    if (enter_sandbox(argv[1]) != 0) return 3;
    if (!strcmp(argv[1], "before")) execl("/proc/self/exe", argv[0], "wrong", argv[2], (char*)NULL);
    keep_blocks(blocks - 10);
    use_blocks(1000);
    if (!strcmp(argv[1], "fork") && allocate_in_child() != 6 << 8) return 4;
    if (write(1, "allocated\n", 10) != 10) return 5;
    if (strcmp(argv[1], "strict")) return 0;
    syscall(SYS_exit, 0); /* exit_group would kill */
}
