/* More scope kinds than a trace has room for: `kinds_many COUNT` enters and leaves COUNT scopes of as many kinds. */
#include <dregs/dregs.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char** argv) {
    const int count = argc > 1 ? atoi(argv[1]) : 0;
    for (int i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "kind %d", i);
        dregs_scope_leave(dregs_scope_enter(name));
    }
    puts("done");
    return 0;
}
