/* Brings its own malloc, which wins over any preloaded one: the shim sees nothing here and must say so, not crash. */
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static _Alignas(16) char arena[1 << 20];
static size_t used;

void* malloc(size_t bytes);
void free(void* block);
void* calloc(size_t number, size_t bytes);
void* realloc(void* block, size_t bytes);

void* malloc(size_t bytes) {
    void* block = arena + used;
    used += (bytes + 31) & ~(size_t)15;
    return used <= sizeof arena ? block : NULL;
}
void free(void* block) { (void)block; }
void* calloc(size_t number, size_t bytes) { return malloc(number * bytes); }
void* realloc(void* block, size_t bytes) {
    void* moved = malloc(bytes);
    if (block && moved) memcpy(moved, block, bytes);
    return moved;
}

int main(void) {
    void* volatile block = malloc(1337);
    return block && write(1, "own\n", 4) == 4 ? 5 : 1;
}
