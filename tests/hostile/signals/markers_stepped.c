/* A signal handler at each instruction of each marker, of malloc, free and realloc, that allocates, frees, marks and
 * takes snapshots there. The trap flag tells which instructions a call has; then it is made once for each of them with
 * a breakpoint there, so that nothing the handler does hides what it did before.
 *
 * `markers_stepped STACK STRIDE FILE`: the handler runs on the thread's own stack (own), or on another one below or
 * above it that is disarmed meanwhile (below, above). One in STRIDE instructions. What must be live at the end goes to
 * FILE: how many blocks the handler left in scopes of its own, how many outside, how many main left. Without the shim
 * the handler never comes in, and there are none. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "dregs/api_table.h"
#include "dregs/dregs.h"
#include "tests/programs/shim_code.h"

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1U << 31)
#endif

enum { STACK = 1 << 20, MOST = 200000 };

enum deed { KEEP, FREE, RESIZE, MOVE, SCOPE, SCOPE_LEFT_OPEN, SCOPES_EXCHANGED, JOB, POOL, SNAPSHOT, DEEDS };
enum call {
    ENTER,
    ENTER_LABELED,
    LEAVE,
    OPEN,
    CLOSE,
    ATTACH,
    RESTORE,
    BLOCK_MOVE,
    POOL_CREATE,
    POOL_ALLOC,
    POOL_FREE,
    POOL_FREE_ALL,
    POOL_DESTROY,
    TAKE_SNAPSHOT,
    MALLOC,
    MALLOC_FREE,
    REALLOC,
    CALLS
};

static volatile int learning;
static uint8_t* volatile breakpoint;
static uint8_t replaced;
static enum deed deed;
static volatile unsigned came_in;
static void* volatile victim;
static dregs_scope around, left_open, exchanged, job;
static int survivors, kept, kept_by_main;
static void* volatile blocks[MOST]; /* so that they are no leaks but live */
static int block_count;
static int pool_memory[4];

__attribute__((noinline)) static void keep_in_handler(void) {
    blocks[block_count++] = malloc(733);
    __asm__ volatile("");
}

__attribute__((noinline)) static void* keep_in_main(void) {
    void* block = malloc(1337);
    __asm__ volatile("" : "+r"(block));
    return block;
}

static void use_scope(const char* kind) {
    const dregs_scope scope = dregs_scope_enter(kind);
    free(malloc(100));
    keep_in_handler();
    dregs_scope_leave(scope);
    survivors++;
}

static void use_job(void) {
    const dregs_scope own = dregs_scope_open("handler", 0);
    const dregs_scope former = dregs_scope_attach(own);
    keep_in_handler();
    dregs_scope_restore(former);
    dregs_scope_close(own);
    survivors++;
}

static void use_pool(void) {
    const dregs_pool own = dregs_pool_create("handler pool", 0);
    for (int i = 0; i < 4; i++) dregs_pool_alloc(own, &pool_memory[i], 16);
    dregs_pool_free(own, &pool_memory[1]);
    dregs_pool_free_all(own);
    dregs_pool_alloc(own, &pool_memory[1], 16);
    dregs_pool_destroy(own);
}

static void do_deed(void) {
    switch (deed) {
        case KEEP:
            keep_in_handler();
            kept++;
            break;
        case FREE:
            free(victim);
            victim = NULL;
            break;
        case RESIZE:
            victim = realloc(victim, 4000);
            break;
        case MOVE:
            dregs_block_move(victim, job);
            break;
        case SCOPE:
            use_scope("handler");
            use_scope("handler");
            break;
        case SCOPE_LEFT_OPEN:
            left_open = dregs_scope_enter("left open");
            break;
        case SCOPES_EXCHANGED: /* what is around the interrupted call ends here, and another begins */
            dregs_scope_leave(around);
            around = 0;
            exchanged = dregs_scope_enter("exchanged");
            break;
        case JOB:
            use_job();
            break;
        case POOL:
            use_pool();
            break;
        case SNAPSHOT:
            dregs_snapshot("stepped");
            break;
        default:
            break;
    }
}

enum { INSTRUCTIONS = 4096, TRAPS = 50000 };
static uint8_t* instructions[INSTRUCTIONS]; /* of the call at hand, each once */
static int instruction_count, traps;

static int is_known(const uint8_t* pc) {
    for (int i = 0; i < instruction_count; i++) {
        if (instructions[i] == pc) return 1;
    }
    return 0;
}

static void learn(ucontext_t* at) {
    uint8_t* pc = (uint8_t*)at->uc_mcontext.gregs[REG_RIP];
    if (!learning || ++traps > TRAPS) stop_stepping(at);
    /* Where the shim grows it takes its lock and keeps out all signals but those of faults. */
    if (!interrupts_shim(at) || sigismember(&at->uc_sigmask, SIGUSR1)) return;
    if (instruction_count < INSTRUCTIONS && !is_known(pc)) instructions[instruction_count++] = pc;
}

static void remove_breakpoint(void) {
    if (breakpoint) *breakpoint = replaced;
    breakpoint = NULL;
}

static void on_trap(int number, siginfo_t* info, void* context) {
    (void)number, (void)info;
    ucontext_t* at = context;
    if (!breakpoint) {
        learn(at);
        return;
    }
    at->uc_mcontext.gregs[REG_RIP] = (greg_t)breakpoint;
    remove_breakpoint();
    if (!sigismember(&at->uc_sigmask, SIGUSR1)) came_in = 1, do_deed();
}

static void start(void) {
    came_in = 0;
    if (breakpoint) replaced = *breakpoint, *breakpoint = 0xCC;
    if (learning) step_from_here();
}

static int is_current(dregs_scope scope) {
    const struct dregs_api* api = dregs_detail_get();
    return scope && api && api->scope_current() == scope;
}

/* Makes the call, with the handler coming in at the breakpoint if there is one. */
static void make_call(enum call call) {
    static int memory[2];
    dregs_scope scope = 0, former = 0, opened = 0;
    dregs_pool own = 0;
    void *block = NULL, *moved = NULL;
    around = dregs_scope_enter("around");
    job = dregs_scope_open("job", 0);
    victim = malloc(56);
    left_open = exchanged = 0;
    if (call == LEAVE) scope = dregs_scope_enter("unit");
    if (call == CLOSE) opened = dregs_scope_open("unit", 0);
    if (call == RESTORE) former = dregs_scope_attach(job);
    if (call >= POOL_ALLOC && call <= POOL_DESTROY) own = dregs_pool_create("pool", 0);
    if (call == POOL_FREE || call == POOL_FREE_ALL || call == POOL_DESTROY) dregs_pool_alloc(own, memory, 8);
    if (call == BLOCK_MOVE) moved = malloc(100);
    if (call == REALLOC) block = malloc(100);
    start();
    switch (call) {
        case ENTER:
            scope = dregs_scope_enter("unit");
            break;
        case ENTER_LABELED:
            scope = dregs_scope_enter_labeled("unit", "with a label");
            break;
        case LEAVE:
            dregs_scope_leave(scope);
            break;
        case OPEN:
            opened = dregs_scope_open("unit", 0);
            break;
        case CLOSE:
            dregs_scope_close(opened);
            break;
        case ATTACH:
            former = dregs_scope_attach(job);
            break;
        case RESTORE:
            dregs_scope_restore(former);
            break;
        case BLOCK_MOVE:
            dregs_block_move(moved, job);
            break;
        case POOL_CREATE:
            own = dregs_pool_create("pool", 0);
            break;
        case POOL_ALLOC:
            dregs_pool_alloc(own, memory, 8);
            break;
        case POOL_FREE:
            dregs_pool_free(own, memory);
            break;
        case POOL_FREE_ALL:
            dregs_pool_free_all(own);
            break;
        case POOL_DESTROY:
            dregs_pool_destroy(own);
            break;
        case TAKE_SNAPSHOT:
            dregs_snapshot("taken");
            break;
        case MALLOC:
            block = keep_in_main();
            break;
        case MALLOC_FREE:
            free(keep_in_main());
            break;
        case REALLOC:
            block = realloc(block, 5000);
            break;
        default:
            break;
    }
    learning = 0;
    remove_breakpoint();
    /* What is still open ends, from the inside out. */
    if (is_current(left_open)) dregs_scope_leave(left_open), left_open = 0;
    if (is_current(exchanged)) dregs_scope_leave(exchanged), exchanged = 0;
    if (call == ATTACH) dregs_scope_restore(former);
    if (call == ENTER || call == ENTER_LABELED) dregs_scope_leave(scope);
    if (is_current(left_open)) dregs_scope_leave(left_open);
    if (is_current(exchanged)) dregs_scope_leave(exchanged);
    if (call == OPEN) dregs_scope_close(opened);
    if (call == POOL_CREATE || (call >= POOL_ALLOC && call < POOL_DESTROY)) dregs_pool_destroy(own);
    if (call == MALLOC && block_count < MOST) blocks[block_count++] = block, kept_by_main++, block = NULL;
    free(block);
    free(moved);
    free(victim);
    victim = NULL;
    dregs_scope_close(job);
    if (around) dregs_scope_leave(around);
}

static int stride;
static unsigned long interruptions, late;

static void interrupt_each(enum call call, enum deed what) {
    const int is_slow = call == TAKE_SNAPSHOT || what == SNAPSHOT;
    deed = what;
    /* The handler ends what is around a call that is about scopes itself: one of the two comes too late. */
    const int is_late = what == SCOPES_EXCHANGED && (call <= LEAVE || call == ATTACH || call == RESTORE);
    for (int i = (int)(call + what) % stride; i < instruction_count; i += is_slow ? stride * 50 : stride) {
        breakpoint = instructions[i];
        make_call(call);
        interruptions += came_in;
        late += is_late ? came_in : 0;
    }
}

static void* run(void* alternate) {
    const stack_t stack = {.ss_sp = alternate, .ss_size = STACK, .ss_flags = (int)SS_AUTODISARM};
    if (alternate && sigaltstack(&stack, NULL)) perror("sigaltstack");
    /* Once, so that all kinds are known and nothing must grow. */
    for (int call = 0; call < CALLS; call++) make_call(call);
    for (deed = 0; deed < DEEDS; deed++) {
        around = dregs_scope_enter("around");
        victim = malloc(56);
        job = dregs_scope_open("job", 0);
        do_deed();
        free(victim);
        dregs_scope_close(job);
        if (left_open) dregs_scope_leave(left_open);
        if (exchanged) dregs_scope_leave(exchanged);
        if (around) dregs_scope_leave(around);
        left_open = exchanged = 0;
    }
    for (int call = 0; call < CALLS; call++) {
        instruction_count = traps = 0;
        learning = 1;
        make_call(call);
        for (int what = 0; what < DEEDS; what++) {
            interrupt_each(call, what);
        }
    }
    return NULL;
}

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    char* memory = mmap(NULL, 3 * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const int is_above = strcmp(argv[1], "above") == 0;
    struct sigaction action = {0};
    pthread_attr_t attributes;
    pthread_t thread;
    stride = atoi(argv[2]);
    find_shim_code();
    /* Breakpoints are written into it. */
    const uintptr_t page = shim_begin & ~(uintptr_t)4095;
    if (shim_begin && mprotect((void*)page, shim_end - page, PROT_READ | PROT_WRITE | PROT_EXEC)) perror("mprotect");
    action.sa_sigaction = on_trap;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(SIGTRAP, &action, NULL);
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, memory + STACK, STACK);
    pthread_create(&thread, &attributes, run, strcmp(argv[1], "own") == 0 ? NULL : memory + (is_above ? 2 * STACK : 0));
    pthread_join(thread, NULL);
    FILE* file = fopen(argv[3], "w");
    if (!file) return 1;
    fprintf(file, "%d %d %d %lu %lu\n", survivors, kept, kept_by_main, late, interruptions);
    fclose(file);
    puts("stepped through");
    return 0;
}
