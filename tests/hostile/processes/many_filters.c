/* Puts many seccomp filters upon itself and goes on allocating: `many_filters KIND NUMBER BLOCKS`.
 *
 *   equal     each thread the same                  different   each another
 *   refused   programs that the kernel refuses      in_vain     good ones, which it does not install: flags, no rights,
 *                                                               threads that stand in the way */
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/hostile/keep_blocks.h"

static const char* kind;
static int installed, wrong;

static int by_seccomp(unsigned flags, struct sock_fprog* program) {
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program);
}

static int install(unsigned number, unsigned action) {
    struct sock_filter code[] = {BPF_STMT(BPF_LD | BPF_IMM, number), BPF_STMT(BPF_RET | BPF_K, action)};
    struct sock_fprog program = {2, code};
    if (!strcmp(kind, "in_vain")) return by_seccomp(number % 2 ? 1u << 30 : SECCOMP_FILTER_FLAG_TSYNC, &program);
    return number % 2 ? by_seccomp(0, &program)
                      : (int)syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

static int install_endless(unsigned number) {
    struct sock_filter code[] = {BPF_STMT(BPF_LD | BPF_IMM, number), BPF_STMT(BPF_RET | BPF_X, 0)};
    struct sock_fprog program = {2, code};
    return number % 2 ? by_seccomp(0, &program) : prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

static void* be_thread(void* number) {
    const unsigned n = *(unsigned*)number;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (install(!strcmp(kind, "equal") ? 0 : n, SECCOMP_RET_ALLOW) == 0) installed++;
    use_blocks(10);
    return NULL;
}

/* A thread that has a filter of its own stands in the way of one for all threads. */
static void* stand_in_the_way(void* barrier) {
    struct sock_filter code = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {1, &code};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    wrong += by_seccomp(0, &program) != 0;
    pthread_barrier_wait(barrier);
    for (;;) pause();
    return NULL;
}

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    kind = argv[1];
    keep_blocks(10);
    if (!strcmp(kind, "in_vain")) {
        pthread_t in_the_way;
        pthread_barrier_t barrier;
        pthread_barrier_init(&barrier, NULL, 2);
        pthread_create(&in_the_way, NULL, stand_in_the_way, &barrier);
        pthread_barrier_wait(&barrier);
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    }
    for (unsigned i = 0; i < (unsigned)atoi(argv[2]); i++) {
        pthread_t thread;
        if (!strcmp(kind, "refused"))
            wrong += install_endless(i) != -1;
        else if (!strcmp(kind, "in_vain"))
            installed += install(i, SECCOMP_RET_KILL_PROCESS) == 0;
        else if (pthread_create(&thread, NULL, be_thread, &i) == 0)
            pthread_join(thread, NULL);
    }
    keep_blocks(atoi(argv[3]) - 10);
    printf("installed %d, wrong %d\n", installed, wrong);
    return 0;
}
