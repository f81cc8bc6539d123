/* A signal handler that leaves a marker call by siglongjmp, at each of its instructions in turn (the trap flag tells
 * them apart; not while signals are blocked, for then none could come). After each it goes deeper into the stack than
 * the call was that it left, and enters a scope, keeps one block of 1337 bytes in it, and leaves it. `jumps_out FILE`:
 * the number of jumps goes to FILE; without the shim there are none. */
#define _GNU_SOURCE
#include <alloca.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "dregs/dregs.h"
#include "tests/hostile/keep_blocks.h"
#include "tests/programs/shim_code.h"

static volatile int stepping, steps, jump_at;
static sigjmp_buf out;

static void on_trap(int number, siginfo_t* info, void* context) {
    (void)number, (void)info;
    ucontext_t* at = context;
    if (!stepping) stop_stepping(at);
    if (!interrupts_shim(at) || sigismember(&at->uc_sigmask, SIGALRM)) return;
    if (++steps < jump_at) return;
    stepping = 0;
    siglongjmp(out, 1);
}

static __attribute__((noinline)) void mark_step_by_step(void) {
    stepping = 1;
    step_from_here();
    dregs_scope_leave(dregs_scope_enter("left by a jump"));
    stepping = 0;
}

static __attribute__((noinline)) void mark_deeper(void) {
    volatile char* room = alloca(4096);
    room[0] = 0;
    const dregs_scope scope = dregs_scope_enter("after a jump");
    keep_blocks(1);
    dregs_scope_leave(scope);
    room[1] = 0;
}

int main(int argc, char** argv) {
    static volatile int jumps;
    struct sigaction action = {0};
    find_shim_code();
    action.sa_sigaction = on_trap;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGTRAP, &action, NULL);
    dregs_scope_leave(dregs_scope_enter("left by a jump")); /* known from here on */
    for (jump_at = 1;; jump_at = jump_at + 1) {
        steps = 0;
        if (sigsetjmp(out, 1) == 0) {
            mark_step_by_step();
            break;
        }
        jumps = jumps + 1;
        mark_deeper();
    }
    FILE* file = argc > 1 ? fopen(argv[1], "w") : NULL;
    if (!file) return 1;
    fprintf(file, "%d\n", jumps);
    fclose(file);
    puts("jumped out of each instruction");
    return 0;
}
