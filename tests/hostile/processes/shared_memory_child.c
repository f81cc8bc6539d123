/* Children that share all memory with their parent, thread-local variables too: vfork, and clone with CLONE_VM. They
 * allocate, as some programs do between vfork and exec; the parent finds those blocks its own.
 *
 * Each round a fresh thread, which has not allocated yet, has such a child do it first, while the first thread
 * and two more allocate, and goes on when the child is gone, while another two begin. `shared_memory_child ROUNDS`
 * keeps 2 blocks from each child and 3 from the thread that had it. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

enum { NEIGHBOURS = 4 };

static atomic_int failed, allocating, child_is_gone, finished;

static int allocate(void* unused) {
    (void)unused;
    keep_blocks(2);
    use_blocks(20);
    return 0;
}

static pid_t by_clone(void) {
    static __thread char stack[65536] __attribute__((aligned(16)));
    return clone(allocate, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
}

static pid_t by_vfork(void) {
    const pid_t child = vfork();
    if (child == 0) _exit(allocate(NULL));
    return child;
}

static void* have_a_child(void* round) {
    int status = -1;
    while (allocating < NEIGHBOURS / 2) sched_yield();
    const pid_t child = *(int*)round % 2 ? by_clone() : by_vfork();
    if (waitpid(child, &status, 0) != child || status != 0) failed = 1;
    child_is_gone = 1;
    use_blocks(20000);
    keep_blocks(3);
    finished = 1;
    return NULL;
}

/* Half of them allocate before the child does, half begin when it is gone. */
static void* be_neighbour(void* number) {
    if (*(int*)number % 2) {
        while (!child_is_gone) sched_yield();
    }
    for (allocating++; !finished;) use_blocks(100);
    return NULL;
}

static void run_round(int round) {
    pthread_t parent, neighbours[NEIGHBOURS];
    static int numbers[NEIGHBOURS] = {0, 1, 2, 3};
    allocating = child_is_gone = finished = 0;
    for (int i = 0; i < NEIGHBOURS; i++) pthread_create(&neighbours[i], NULL, be_neighbour, &numbers[i]);
    pthread_create(&parent, NULL, have_a_child, &round);
    while (!finished) use_blocks(100);
    for (int i = 0; i < NEIGHBOURS; i++) pthread_join(neighbours[i], NULL);
    pthread_join(parent, NULL);
}

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    for (int round = atoi(argv[1]); round > 0; round--) run_round(round);
    print_host_state();
    return failed;
}
