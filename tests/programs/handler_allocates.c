/* A signal handler allocates at each instruction of the shim's hooks: the trap flag is set, and each trap that finds
 * the program inside libdregs.so allocates and frees there. In the C library's own allocator it keeps still, for that
 * may not be entered twice. `handler_allocates`: prints how often it did so; leaves 64 blocks of 1337 bytes from main's
 * calls and 25 of 733 from the handler's.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "tests/programs/shim_code.h"

static volatile int stepping;
static unsigned long handled;
void* volatile kept[64];
static void* volatile kept_by_handler[25];

__attribute__((noinline)) static void* leak_from_handler(void) {
    void* block = malloc(733);
    __asm__ volatile("" : "+r"(block)); /* no tail call */
    return block;
}

static void on_trap(int number, siginfo_t* info, void* context) {
    (void)number, (void)info;
    ucontext_t* at = context;
    if (!stepping) stop_stepping(at);
    if (!interrupts_shim(at)) return;
    handled++;
    if (handled % 400 == 0 && handled / 400 <= 25) kept_by_handler[handled / 400 - 1] = leak_from_handler();
    free(realloc(malloc(handled % 200), 300));
}

__attribute__((noinline)) static void* leak_under(int depth) {
    void* block = depth > 0 ? leak_under(depth - 1) : malloc(1337);
    __asm__ volatile("" : "+r"(block)); /* no tail call */
    return block;
}

int main(void) {
    find_shim_code();
    struct sigaction action = {0};
    action.sa_sigaction = on_trap;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGTRAP, &action, NULL);
    free(leak_under(5)); /* the thread and its rows are known from here on */
    stepping = 1;
    step_from_here();
    for (int i = 0; i < 64; i++) {
        kept[i] = leak_under(i % 23);
        free(leak_under(i % 7));
        free(realloc(leak_under(i % 3), 4000));
    }
    stepping = 0;
    printf("handled %s\n", shim_begin == 0 || handled > 20000 ? "often" : "seldom");
    return 0;
}
