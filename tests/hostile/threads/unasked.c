/* unasked KIND THREADS: forbids itself to ask whether a thread exists, then has so many of them, one after the other.
 * Prints by how many KiB its address space has grown, where that is more than some threads may cost.
 *
 *   tgkill   no signal, not even none, is sent to a thread: EPERM       kill     that ends the process
 *   service  all calls end the process but what threads and heaps need */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/hostile/keep_blocks.h"

enum { MOST_KIB = 128 << 10, MOST_CALLS = 40 };

static const int signalling[] = {SYS_tgkill, SYS_tkill, SYS_kill, SYS_rt_tgsigqueueinfo};
static const int serving[] = {SYS_read,           SYS_write,
                              SYS_close,          SYS_brk,
                              SYS_mmap,           SYS_munmap,
                              SYS_futex,          SYS_exit,
                              SYS_exit_group,     SYS_clone,
                              SYS_mprotect,       SYS_madvise,
                              SYS_rseq,           SYS_openat,
                              SYS_rt_sigprocmask, SYS_rt_sigreturn,
                              SYS_lseek,          SYS_newfstatat,
                              435 /* clone3 */,   SYS_set_robust_list,
                              SYS_rt_sigaction,   SYS_sched_getaffinity,
                              SYS_getrandom,      SYS_prlimit64};

static int forbid(const int* calls, unsigned count, unsigned listed, unsigned others) {
    struct sock_filter code[MOST_CALLS + 3];
    unsigned at = 0;
    code[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (unsigned i = 0; i < count; i++)
        code[at++] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i], (unsigned char)(count - i), 0);
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, others);
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, listed);
    struct sock_fprog program = {(unsigned short)at, code};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

static void* work(void* unused) {
    keep_blocks(1);
    return unused;
}

static long address_space_kib(void) {
    static char line[256];
    long kib = -1;
    FILE* status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status)) {
        if (strncmp(line, "VmSize:", 7) == 0) kib = atol(line + 7);
    }
    if (status) fclose(status);
    return kib;
}

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const unsigned calls = sizeof signalling / sizeof *signalling;
    pthread_t thread;
    keep_blocks(1);
    int error;
    if (!strcmp(argv[1], "service"))
        error = forbid(serving, sizeof serving / sizeof *serving, SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS);
    else
        error = forbid(signalling, calls, argv[1][0] == 't' ? SECCOMP_RET_ERRNO | EPERM : SECCOMP_RET_KILL_PROCESS,
                       SECCOMP_RET_ALLOW);
    if (error) return 3;
    const long before = address_space_kib();
    for (int i = 0; i < atoi(argv[2]); i++) {
        if (pthread_create(&thread, NULL, work, NULL) != 0) return 4;
        pthread_join(thread, NULL);
    }
    const long grown = address_space_kib() - before;
    printf("grown by %ld\n", grown > MOST_KIB ? grown : 0);
    return 0;
}
