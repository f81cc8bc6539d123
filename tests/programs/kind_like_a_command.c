/* Enters two kinds of scope; the name of one is a command, if a shell gets to read it. */
#include <dregs/dregs.h>

int main(void) {
    dregs_scope_leave(dregs_scope_enter("packet"));
    dregs_scope_leave(dregs_scope_enter("a b;$(touch ran)"));
    return 0;
}
