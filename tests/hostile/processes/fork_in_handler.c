/* A signal handler forks while it interrupts the shim, at each of its instructions in turn (the trap flag tells them
 * apart), as handlers do that start a debugger or write a report. The child allocates, frees a block of its parent's,
 * and end     ends without ever returning to what it interrupted, or return  returns to it, goes on as its parent does,
 * allocates again and ends. `fork_in_handler end|return EVERY FILE`: one child in each EVERY instructions; how many
 * there were goes to FILE, for without the shim there are none.
 *
 * Keeps 128 blocks itself, 5 in each child's handler, and 7 in each child that has returned. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "dregs/dregs.h"
#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"
#include "tests/programs/shim_code.h"

static volatile int stepping;
static int every, instructions, children, failed, returns, is_child;
static void* volatile inherited;
static void* volatile last_kept_by_child;

__attribute__((noinline)) static void keep_by_child(int count) {
    for (int i = 0; i < count; i++) last_kept_by_child = malloc(1337);
}

static void be_child(void) {
    alarm(60);
    keep_by_child(5);
    use_blocks(100);
    free(inherited);
    if (!returns) _exit(0);
    is_child = 1;
    stepping = 0;
}

static void end_child(void) {
    keep_by_child(7);
    use_blocks(100);
    _exit(0);
}

/* Every kind of call that the shim may be found in. */
static void do_everything(void) {
    const dregs_scope scope = dregs_scope_enter_labeled("request", "GET /");
    const dregs_pool pool = dregs_pool_create("pool", scope);
    int part;
    keep_blocks(64);
    use_blocks(16);
    dregs_pool_alloc(pool, &part, sizeof part);
    dregs_pool_free(pool, &part);
    dregs_pool_destroy(pool);
    void* block = realloc(calloc(3, 100), 100000);
    dregs_block_move(block, 0);
    free(realloc(block, 200));
    dregs_scope_leave(scope);
}

static void on_trap(int number, siginfo_t* info, void* context) {
    (void)number, (void)info;
    ucontext_t* at = context;
    int status = 0;
    if (!stepping) stop_stepping(at);
    /* What comes from outside is kept out where the shim grows; a trap is not. */
    const int is_shut_out = sigismember(&at->uc_sigmask, SIGUSR1);
    if (!interrupts_shim(at) || is_shut_out || instructions++ % every) return;
    const pid_t child = _Fork();
    if (child == 0) {
        be_child();
        stop_stepping(at);
        return;
    }
    children++;
    failed += waitpid(child, &status, 0) != child || status != 0;
}

int main(int argc, char** argv) {
    struct sigaction action = {0};
    if (argc < 4) return 2;
    returns = strcmp(argv[1], "return") == 0;
    every = atoi(argv[2]);
    inherited = malloc(733);
    find_shim_code();
    action.sa_sigaction = on_trap;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGTRAP, &action, NULL);
    do_everything(); /* the thread and its kinds are known: from then on nothing grows */
    stepping = 1;
    step_from_here();
    do_everything();
    stepping = 0;
    if (is_child) end_child();
    FILE* file = fopen(argv[3], "we");
    if (!file || fprintf(file, "%d\n", children) < 0 || fclose(file)) return 1;
    print_host_state();
    return failed != 0;
}
