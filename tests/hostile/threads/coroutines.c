/* Coroutines on stacks of 4 KB with a guard page below: `coroutines ROUNDS FILE`. Each is the first of its thread to
 * allocate; the thread then has it allocate from as deep a call as leaves kRoom bytes of the stack, by malloc, calloc,
 * realloc and memalign, from code that was not seen before and with a block map that must grow; and in a forked child
 * that has not begun yet. Writes to FILE how much of its stack a call used at most, and prints how many coroutines came
 * to their end. */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "tests/hostile/keep_blocks.h"

enum { kPage = 4096, kPaint = 0xA5, kRoom = 2816, kKept = 200 };

struct coroutine {
    ucontext_t own, caller;
    unsigned char* stack;
    unsigned char* deepest_frame;
    void (*task)(void);
};
static __thread struct coroutine* running;
static int most_used, came_to_end;

/* Each instantiation is code of its own, that the unwinder has not met. */
#define DEFINE_TASK(name, allocation)                  \
    static __attribute__((noinline)) void name(void) { \
        void* volatile block = allocation;             \
        free(block);                                   \
    }
DEFINE_TASK(use_malloc, malloc(100))
DEFINE_TASK(use_calloc, calloc(3, 100))
DEFINE_TASK(use_realloc, realloc(malloc(100), 3000))
DEFINE_TASK(use_memalign, memalign(256, 100))
DEFINE_TASK(use_large, malloc(1 << 20))

static __attribute__((noinline)) void use_many(void) { keep_blocks(kKept); }

static void use_in_child(void) {
    const pid_t child = fork();
    if (child == 0) {
        use_malloc();
        _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    if (status != 0) abort();
}

static void (*const tasks[])(void) = {use_malloc, use_calloc, use_realloc, use_memalign,
                                      use_large,  use_many,   use_in_child};
enum { kTasks = sizeof tasks / sizeof *tasks };

/* Goes down until kRoom bytes are left. */
static __attribute__((noinline)) void descend(void) {
    unsigned char here[16];
    __asm__ volatile("" : : "r"(here) : "memory");
    running->deepest_frame = here;
    if (here - running->stack > kRoom + 64)
        descend();
    else
        running->task();
    __asm__ volatile("" : : "r"(here) : "memory"); /* no tail call */
}

static void begin(void) { descend(); }

static void run(struct coroutine* coroutine, void (*task)(void)) {
    memset(coroutine->stack, kPaint, kPage);
    coroutine->task = task;
    running = coroutine;
    getcontext(&coroutine->own);
    coroutine->own.uc_stack.ss_sp = coroutine->stack;
    coroutine->own.uc_stack.ss_size = kPage;
    coroutine->own.uc_link = &coroutine->caller;
    makecontext(&coroutine->own, begin, 0);
    swapcontext(&coroutine->caller, &coroutine->own);
    const unsigned char* touched = coroutine->stack;
    while (*touched == kPaint) touched++;
    const int used = (int)(coroutine->deepest_frame - touched);
    if (used > most_used) most_used = used;
    came_to_end++;
}

static void* run_all(void* first) {
    struct coroutine coroutine;
    unsigned char* pages = mmap(NULL, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(pages, kPage, PROT_NONE);
    coroutine.stack = pages + kPage;
    for (int i = 0; i < kTasks; i++) run(&coroutine, tasks[((intptr_t)first + i) % kTasks]);
    munmap(pages, 2 * kPage);
    return NULL;
}

int main(int argc, char** argv) {
    const intptr_t rounds = argc > 2 ? atoi(argv[1]) : 0;
    for (intptr_t i = 0; i < rounds; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, run_all, (void*)i);
        pthread_join(thread, NULL);
    }
    FILE* file = rounds ? fopen(argv[2], "w") : NULL;
    if (!file) return 1;
    fprintf(file, "%d\n", most_used);
    fclose(file);
    dprintf(1, "%d coroutines came to their end\n", came_to_end);
    return 0;
}
