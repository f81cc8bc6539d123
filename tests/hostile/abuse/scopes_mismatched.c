/* Leaves that are wrong in every way a program can get them wrong. Each is counted, none may harm the program. */
#include <dregs/dregs.h>
#include <stdio.h>
#include <stdlib.h>

static void* volatile sink;

static void leave_twice(void) {
    dregs_scope scope = dregs_scope_enter("twice");
    dregs_scope_leave(scope);
    dregs_scope_leave(scope);
}

static void leave_outer_first(void) {
    dregs_scope outer = dregs_scope_enter("outer");
    dregs_scope inner = dregs_scope_enter("missed");
    sink = malloc(1337); /* in "missed", which ends with "outer" */
    dregs_scope_leave(outer);
    dregs_scope_leave(inner); /* too late: a bad leave */
}

static void leave_nonsense(void) {
    dregs_scope_leave((dregs_scope)0xdeadbeefcafef00dull);
    dregs_scope_close((dregs_scope)0x7fffffff00000001ull);
    dregs_scope_leave(0); /* no scope: accepted */
}

static void leave_stale(void) {
    dregs_scope first = dregs_scope_enter("stale");
    dregs_scope_leave(first);
    dregs_scope second = dregs_scope_enter("stale"); /* may use the same record again */
    dregs_scope_leave(first);                        /* must not end the second */
    sink = malloc(733);
    dregs_scope_leave(second);
}

int main(void) {
    leave_twice();
    leave_outer_first();
    leave_nonsense();
    leave_stale();
    dregs_scope never = dregs_scope_enter("never_left");
    (void)never;
    sink = malloc(500);
    puts("survived its own mistakes");
    return 0;
}
