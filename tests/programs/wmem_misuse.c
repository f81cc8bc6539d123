/* What wmem's users may do wrong or oddly, and what bare runs survive: leaves without an enter and twice, enters twice,
 * a callback that jumps out of wmem_free_all, an allocator that outlives the scope it was made in, a forked child that
 * goes on. Keeps 3 blocks of 1337 bytes in a pool that is never destroyed. Declares what it calls of libwsutil. */
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void wmem_init(void);
void* wmem_allocator_new(int type);
void wmem_destroy_allocator(void* allocator);
void wmem_enter_scope(void* allocator);
void wmem_leave_scope(void* allocator);
void* wmem_alloc(void* allocator, size_t bytes);
void* wmem_realloc(void* allocator, void* block, size_t bytes);
void wmem_free(void* allocator, void* block);
void wmem_free_all(void* allocator);
unsigned wmem_register_callback(void* allocator, int (*callback)(void*, int, void*), void* data);

enum { kSimple = 0, kBlock = 1, kBlockFast = 3 };
static jmp_buf back;

static int jump_out(void* allocator, int event, void* data) {
    (void)allocator, (void)event, (void)data;
    longjmp(back, 1);
}

static void use(void* allocator) {
    char* block = wmem_alloc(allocator, 100);
    block = wmem_realloc(allocator, memset(block, 1, 100), 5000);
    wmem_free(allocator, wmem_realloc(allocator, NULL, 10));
    wmem_free(allocator, NULL);
    wmem_free(allocator, block);
    memset(wmem_alloc(allocator, 200), 1, 200);
}

static __attribute__((noinline)) void keep(void* allocator) {
    for (int i = 0; i < 3; i++) memset(wmem_alloc(allocator, 1337), 1, 1337);
}

static void in_scopes(void* packet, void* file) {
    wmem_leave_scope(packet);
    wmem_leave_scope(file);
    wmem_enter_scope(file);
    wmem_enter_scope(packet);
    wmem_enter_scope(packet);
    use(packet);
    use(file);
    void* const made_here = wmem_allocator_new(kSimple);
    use(made_here);
    wmem_leave_scope(packet);
    wmem_leave_scope(packet);
    wmem_leave_scope(file);
    use(made_here);
    wmem_destroy_allocator(made_here);
}

int main(void) {
    wmem_init();
    void* const packet = wmem_allocator_new(kBlockFast);
    void* const file = wmem_allocator_new(kBlock);
    void* const epan = wmem_allocator_new(kBlock);
    for (int i = 0; i < 10; i++) in_scopes(packet, file);
    void* const jumping = wmem_allocator_new(kBlock);
    use(jumping);
    wmem_register_callback(jumping, jump_out, NULL);
    if (setjmp(back) == 0) wmem_free_all(jumping);
    use(epan);
    wmem_free(NULL, wmem_alloc(NULL, 64));
    const pid_t child = fork();
    if (child == 0) {
        in_scopes(packet, file);
        _exit(0);
    }
    int status = 1;
    waitpid(child, &status, 0);
    keep(wmem_allocator_new(kSimple));
    wmem_destroy_allocator(epan);
    wmem_destroy_allocator(file);
    wmem_destroy_allocator(packet);
    printf("the child ended with %d\n", status);
    return 0;
}
