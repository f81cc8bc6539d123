/* Not position-independent, and hands malloc's address about: then malloc's address is, for all libraries, that of a
 * jump in this program, which brings no malloc. */
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noipa)) void* keep_with(void* (*allocate)(size_t)) { return allocate(1337); }

int main(void) {
    void* volatile kept = keep_with(malloc);
    return kept ? puts("kept") < 0 : 1;
}
