/* Marker calls from where nobody expects them: a signal handler that interrupts others, destructors of threads and of
 * the process, a forked child that got its parent's handles, threads that left everything open. */
#include <dregs/dregs.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

static dregs_scope inherited;
static dregs_pool inherited_pool;
static pthread_key_t key;

static volatile sig_atomic_t alarms;

static void on_alarm(int signal) {
    (void)signal;
    alarms++;
    const dregs_scope scope = dregs_scope_enter_labeled("handler", "on alarm");
    use_blocks(1);
    dregs_scope_leave(scope);
}

static void start_alarms(suseconds_t every) {
    const struct itimerval timer = {{0, every}, {0, every}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void mark_under_alarms(int wanted) {
    start_alarms(500);
    while (alarms < wanted) {
        const dregs_scope outer = dregs_scope_enter("interrupted");
        const dregs_scope work = dregs_scope_open("interrupted", outer);
        const dregs_scope former = dregs_scope_attach(work);
        use_blocks(2);
        dregs_scope_restore(former);
        dregs_scope_close(work);
        dregs_scope_leave(outer);
    }
    start_alarms(0);
}

/* The last rounds of a thread's destructors: the shim's own state of it must still be there. */
static void at_thread_end(void* round) {
    const dregs_scope scope = dregs_scope_enter("thread end");
    keep_blocks(1);
    dregs_scope_leave(scope);
    if ((size_t)round < PTHREAD_DESTRUCTOR_ITERATIONS) pthread_setspecific(key, (char*)round + 1);
}

static void* leave_all_open(void* nothing) {
    pthread_setspecific(key, (void*)1);
    dregs_scope_enter("left open");
    dregs_scope_attach(dregs_scope_open("left open", 0));
    return nothing;
}

/* The parent's handles mean nothing here, not even where the child has as many scopes as the parent had. */
static void abuse_inherited(void) {
    const dregs_scope own = dregs_scope_enter("child");
    const dregs_pool pool = dregs_pool_create("child pool", 0);
    dregs_scope_leave(inherited);
    dregs_pool_destroy(inherited_pool);
    dregs_scope_restore(dregs_scope_attach(inherited));
    keep_blocks(2); /* in `own`, which is still open */
    dregs_pool_alloc(pool, "block", 64);
    (void)own;
    _exit(0);
}

static void at_process_end(void) {
    const dregs_scope scope = dregs_scope_enter("process end");
    keep_blocks(1);
    dregs_scope_leave(scope);
    dregs_scope_leave(inherited);
    dregs_snapshot("at the end");
}

__attribute__((destructor)) static void after_exit_handlers(void) { at_process_end(); }

int main(int argc, char** argv) {
    pthread_t thread;
    atexit(at_process_end);
    inherited = dregs_scope_enter("parent");
    inherited_pool = dregs_pool_create("parent pool", 0);
    pthread_key_create(&key, at_thread_end);
    if (argc > 1 && !strcmp(argv[1], "fork")) {
        const pid_t child = fork();
        if (child == 0) abuse_inherited();
        waitpid(child, NULL, 0);
        return 0;
    }
    signal(SIGALRM, on_alarm);
    mark_under_alarms(argc > 1 ? atoi(argv[1]) : 1000);
    pthread_create(&thread, NULL, leave_all_open, NULL);
    pthread_join(thread, NULL);
    print_host_state();
    return 0;
}
