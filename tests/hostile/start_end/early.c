/* Allocates before main, wherever that can be: in IFUNC resolvers of a library and of its own, in the array that runs
 * before all constructors, in the first constructor, in the loader's own dlsym and dlerror. Keeps 6 blocks of
 * keep_blocks. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"
#include "tests/hostile/start_end/early_resolver.h"

static void* volatile from_resolver;

static int own_answer(void) { return from_resolver != NULL; }
static int (*resolve_own(void))(void) {
    from_resolver = malloc(1337);
    free(malloc(10));
    return own_answer;
}
static int early_own(void) __attribute__((ifunc("resolve_own")));

static void before_constructors(void) {
    dlsym(RTLD_NEXT, "no_such_function_anywhere"); /* allocates its error message */
    keep_blocks(2);
}
__attribute__((section(".preinit_array"), used)) static void (*preinit)(void) = before_constructors;

__attribute__((constructor(101))) static void first_constructor(void) {
    dlsym(RTLD_DEFAULT, "no_such_function_either");
    keep_blocks(2);
}

int main(void) {
    dlerror();
    keep_blocks(2);
    int wrong = early_answer_of_library() != 43;
    wrong += !early_own();
    give_back_early_block();
    free(from_resolver);
    print_host_state();
    printf("wrong: %d\n", wrong);
    return wrong;
}
