/* Names of every shape for scopes, labels and snapshots: null, empty, longer than is kept, no text at all. Prints
 * nothing of them. */
#include <dregs/dregs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/hostile/keep_blocks.h"

static const char* const not_text[] = {"\xff\xfe\x80", "a\nb\tc\x1b[31m", "\xf0\x9f\x92\xa7 drop",
                                       "\"}],\\",      "../../x/",        ""};

static char* long_text(size_t length) {
    char* text = malloc(length + 1);
    memset(text, 'x', length);
    text[length] = 0;
    return text;
}

static void mark_with(const char* kind, const char* label) {
    const dregs_scope scope = dregs_scope_enter_labeled(kind, label);
    keep_blocks(1);
    dregs_scope_leave(scope);
    dregs_scope_close(dregs_scope_open(kind, 0));
    dregs_pool_destroy(dregs_pool_create(kind, 0));
}

/* Each of these kinds is one, however often it is named. */
static void mark_all(int rounds) {
    char* longest = long_text(100000);
    char* long_one = long_text(300);
    for (int i = 0; i < rounds; i++) {
        mark_with(longest, longest);
        mark_with(long_one, long_one);
        mark_with(NULL, NULL);
        for (size_t k = 0; k < sizeof not_text / sizeof *not_text; k++) mark_with(not_text[k], not_text[k]);
    }
    free(longest);
    free(long_one);
}

static void take_snapshots(void) {
    static const char* const labels[] = {NULL, "",   "../../x", "/etc/passwd", "a/b",
                                         ".",  "..", "%n%p",    "\xff\xfe\n",  "-"};
    char* too_long = long_text(5000);
    for (size_t k = 0; k < sizeof labels / sizeof *labels; k++) dregs_snapshot(labels[k]);
    dregs_snapshot(too_long);
    dregs_snapshot(too_long);
    free(too_long);
}

int main(int argc, char** argv) {
    mark_all(argc > 1 ? atoi(argv[1]) : 100);
    take_snapshots();
    puts("done");
    return 0;
}
