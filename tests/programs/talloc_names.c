/* Names that talloc makes at run time, for contexts and for chunks, of any length: each is a chunk of its own below
 * what has it. Declares what it calls. At the end all lives on: 421 blocks, and the argument, a number of MiB, says how
 * long the name of one more is. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void* talloc_named_const(const void* parent, size_t bytes, const char* name);
void* talloc_named(const void* parent, size_t bytes, const char* format, ...);
void* talloc_init(const char* format, ...);
const char* talloc_set_name(const void* chunk, const char* format, ...);
const char* talloc_get_name(const void* chunk);
char* talloc_asprintf(const void* parent, const char* format, ...);
char* talloc_asprintf_append(char* text, const char* format, ...);
size_t talloc_total_blocks(const void* chunk);

static void* root;
static const void* volatile kept; /* or a function would not be there any more when its last call is made */

static __attribute__((noinline)) void by_set_name(int number) {
    kept = talloc_set_name(talloc_named_const(root, 0, "nameless"), "set name of request %d, which is long", number);
}
static __attribute__((noinline)) void by_named(int number) {
    kept = talloc_named(root, 0, "named request %d, which is long", number);
}
static __attribute__((noinline)) void by_named_chunk(int number) {
    kept = talloc_named(root, 1337, "named chunk %d", number);
}
static __attribute__((noinline)) void by_append(int number) {
    char* text = talloc_asprintf(root, "a %d", number);
    kept = talloc_asprintf_append(text, " and more than fits into what was there before, so that it moves: %d", number);
}

/* Freed again: what counts is that it can be. */
static __attribute__((noinline)) size_t name_at_length(size_t bytes) {
    char* name = malloc(bytes + 1);
    memset(name, 'x', bytes);
    name[bytes] = 0;
    const size_t made = strlen(talloc_get_name(talloc_named(talloc_init("%s", name), 10, "%s", name)));
    const size_t set = strlen(talloc_set_name(talloc_named_const(NULL, 0, "short"), "%s", name));
    free(name);
    return made == bytes && set == bytes;
}

int main(int count, char** arguments) {
    root = talloc_named_const(NULL, 0, "root");
    for (int i = 0; i < 100; i++) by_set_name(i);
    for (int i = 0; i < 70; i++) by_named(i);
    for (int i = 0; i < 15; i++) by_named_chunk(i);
    for (int i = 0; i < 50; i++) by_append(i);
    printf("%zu blocks\n", talloc_total_blocks(root));
    if (count > 1)
        printf("names of %s MiB are whole: %zu\n", arguments[1], name_at_length((size_t)atoi(arguments[1]) << 20));
    return 0;
}
