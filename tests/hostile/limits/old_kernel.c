/* `old_kernel PROGRAM ARGUMENT...`: runs it as if on a kernel before 5.14, which cannot populate mappings. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define SKIP_UNLESS(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count)
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)

enum { kPopulateRead = 22, kPopulateWrite = 23 };

int main(int argc, char** argv) {
    struct sock_filter instructions[] = {
        LOAD(nr),
        SKIP_UNLESS(SYS_madvise, 5),
        LOAD(args[2]),
        SKIP_UNLESS(kPopulateRead, 1),
        RETURN(SECCOMP_RET_ERRNO | EINVAL),
        SKIP_UNLESS(kPopulateWrite, 1),
        RETURN(SECCOMP_RET_ERRNO | EINVAL),
        RETURN(SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof instructions / sizeof *instructions, instructions};
    if (argc < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return 2;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) return 3;
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    return 4;
}
