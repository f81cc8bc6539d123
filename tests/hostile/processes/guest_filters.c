/* Children that share their parent's memory and put a seccomp filter upon themselves: `guest_filters HOW BLOCKS`. The
 * parent has none, neither while they live nor after.
 *
 *   vfork, clone   how the child is made; it kills whoever opens a file       seccomp   by the other call
 *   twice          with two filters      strict   in strict mode              killed    it ends by the filter
 *   exec           it becomes another program                                 forks     it forks, and the child
 * allocates beside         another thread allocates while it lives */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/keep_blocks.h"

static const char* how;
static volatile int child_is_ready;

static int is(const char* name) { return !strcmp(how, name); }

static int kill_whoever(int call) {
    struct sock_filter code[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                                 BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 1),
                                 BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
                                 BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {4, code};
    if (is("seccomp")) return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

static int allocate_in_fork(void) {
    int status = -1;
    const pid_t child = fork();
    if (child == 0) {
        keep_blocks(20000);
        _exit(7);
    }
    waitpid(child, &status, 0);
    return status == 7 << 8 ? 0 : 1;
}

static int be_child(void* unused) {
    (void)unused;
    if (is("strict")) {
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
        use_blocks(100);
        syscall(SYS_exit, 0);
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || kill_whoever(SYS_openat)) _exit(1);
    if (is("twice") && kill_whoever(SYS_getpid)) _exit(2);
    child_is_ready = 1;
    if (is("killed")) syscall(SYS_openat, -1, "", 0);
    if (is("exec")) execl("/proc/self/exe", "child", (char*)NULL); /* whose loader may not open libraries */
    if (is("forks")) _exit(allocate_in_fork());
    if (is("beside")) usleep(300000);
    use_blocks(1000);
    keep_blocks(20000); /* more than the trace has room for without growing */
    _exit(0);
}

static int have_child(void) {
    static char stack[256 << 10] __attribute__((aligned(16)));
    int status = -1;
    const pid_t child = is("clone") || is("beside")
                            ? clone(be_child, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL)
                            : vfork();
    if (child == 0) _exit(be_child(NULL));
    return waitpid(child, &status, 0) == child ? status : -1;
}

static void* allocate_beside(void* blocks) {
    while (!child_is_ready) sched_yield();
    keep_blocks(*(int*)blocks);
    return NULL;
}

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    how = argv[1];
    int blocks = atoi(argv[2]);
    pthread_t neighbour;
    keep_blocks(10);
    if (is("beside")) pthread_create(&neighbour, NULL, allocate_beside, &blocks);
    printf("the child: %d\n", have_child());
    if (is("beside"))
        pthread_join(neighbour, NULL);
    else
        keep_blocks(blocks);
    return 0;
}
