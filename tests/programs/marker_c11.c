/* Uses every call of the marker API from C11. Without the shim it must run the same and link nothing but libc. */
#include <dregs/dregs.h>
#include <stdio.h>
#include <stdlib.h>

static void* survivor;

int main(void) {
    dregs_scope outer = dregs_scope_enter("outer");
    dregs_scope inner = dregs_scope_enter_labeled("inner", "the only one");
    survivor = malloc(1337);
    free(malloc(7331));
    dregs_scope_leave(inner);
    dregs_scope_leave(outer);

    dregs_scope job = dregs_scope_open("job", 0);
    dregs_scope previous = dregs_scope_attach(job);
    void* moved = malloc(733);
    dregs_scope_restore(previous);
    dregs_block_move(moved, 0);
    dregs_scope_close(job);

    char arena[256];
    dregs_pool pool = dregs_pool_create("arena", 0);
    dregs_pool_alloc(pool, arena, 100);
    dregs_pool_alloc(pool, arena + 100, 100);
    dregs_pool_free(pool, arena);
    dregs_pool_free_all(pool);
    dregs_pool_destroy(pool);

    dregs_snapshot("end");
    printf("survivor and moved are %s\n", survivor && moved ? "live" : "missing");
    return dregs_active() ? 17 : 16; /* the one difference it may show: whether it is traced */
}
