/* Does what the C library's debugging malloc (libc_malloc_debug.so.0) is there to notice.
 *   check   writes past a block and frees it: MALLOC_CHECK_ ends the program
 *   probe   asks mcheck and mprobe about good and bad blocks of every kind
 *   trace   is logged by mtrace */
#include <malloc.h>
#include <mcheck.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int overrun(char* block, size_t bytes) {
    volatile char* end = block + bytes;
    const char former = *end;
    *end = 7;
    const int found = mprobe(block);
    *end = former;
    return found;
}

static void on_damage(enum mcheck_status status) { printf("damage: %d\n", status); }

static int check(void) {
    char* block = malloc(24);
    volatile char* end = block + 24;
    end[0] = end[1] = 1;
    free(block);
    puts("not noticed");
    return 0;
}

static int probe(void) {
    void* aligned = NULL;
    printf("mcheck: %d\n", mcheck_pedantic(on_damage));
    char* blocks[] = {malloc(24),       calloc(3, 9), realloc(malloc(5), 77), aligned_alloc(64, 128),
                      memalign(32, 50), valloc(100)};
    const size_t bytes[] = {24, 27, 77, 128, 50, 100};
    for (int i = 0; i < 6; i++) printf("good: %d, bad: %d\n", mprobe(blocks[i]), overrun(blocks[i], bytes[i]));
    printf("posix_memalign: %d\n", posix_memalign(&aligned, 256, 1000));
    mcheck_check_all();
    for (int i = 0; i < 6; i++) free(blocks[i]);
    return 0;
}

static int trace(void) {
    static void* volatile kept[8];
    mtrace();
    kept[0] = malloc(1337);
    kept[1] = malloc(733);
    kept[2] = calloc(5, 1001);
    kept[1] = realloc(kept[1], 7330);
    kept[3] = aligned_alloc(256, 512);
    kept[4] = strdup("a string of twenty-six b.");
    free(kept[1]);
    free(kept[2]);
    muntrace();
    return 0;
}

int main(int count, char** arguments) {
    const char* what = count > 1 ? arguments[1] : "";
    return !strcmp(what, "check") ? check() : !strcmp(what, "probe") ? probe() : trace();
}
