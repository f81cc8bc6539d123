/* For every sanitizer: a thread's traffic, 10 blocks of 1337 bytes kept where a sanitizer finds them; `overflow` writes
 * behind a block, `leak` loses 3 more blocks. Exit status 3 unless a sanitizer objects. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void* volatile kept[10];
static void* volatile block;

static void* allocate(void* unused) {
    for (size_t i = 0; i < 1000; i++) {
        char* volatile mine = malloc(100 + i);
        memset(mine, 1, 100);
        free(mine);
    }
    return unused;
}

static __attribute__((noinline)) void keep_some(void) {
    for (int i = 0; i < 10; i++) kept[i] = malloc(1337);
}

static __attribute__((noinline)) void leak_some(void) {
    for (int i = 0; i < 3; i++) block = malloc(733);
    block = NULL;
}

int main(int argc, char** argv) {
    const char* how = argc > 1 ? argv[1] : "";
    pthread_t thread;
    pthread_create(&thread, NULL, allocate, NULL);
    pthread_join(thread, NULL);
    keep_some();
    if (!strcmp(how, "leak")) leak_some();
    if (!strcmp(how, "overflow")) ((char*)kept[3])[1337] = 1;
    puts("done");
    return 3;
}
