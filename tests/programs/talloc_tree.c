/* Known trees in talloc: 100 requests below a server, each a context with 20 chunks of 64 bytes and one moved
 * elsewhere; every tenth request is never freed. Declares what it calls.
 *
 * At the end 10 requests with 19 chunks each and their own live on, and 100 chunks that were moved to the cache. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

void* talloc_named_const(const void* parent, size_t bytes, const char* name);
void* talloc_named(const void* parent, size_t bytes, const char* format, ...);
void* _talloc_steal_loc(const void* parent, const void* chunk, const char* location);
void* _talloc_realloc(const void* parent, void* chunk, size_t bytes, const char* name);
int _talloc_free(void* chunk, const char* location);
size_t talloc_total_blocks(const void* chunk);

enum { kRequests = 100, kChunks = 20, kKept = 10 };

static __attribute__((noinline)) void* make_request(void* server, int number) {
    return talloc_named(server, 0, "request %d", number);
}

static __attribute__((noinline)) void* make_chunk(void* parent) {
    return memset(talloc_named_const(parent, 64, "chunk"), 1, 64);
}

static void serve(void* server, void* cache, int number) {
    void* request = make_request(server, number);
    void* last = NULL;
    for (int i = 0; i < kChunks; i++) last = make_chunk(request);
    void* below = make_chunk(last); /* goes along */
    last = _talloc_realloc(request, last, 128, "grown");
    _talloc_steal_loc(cache, last, "here");
    _talloc_free(below, "here");
    if (number % kKept) _talloc_free(request, "here");
}

int main(void) {
    void* server = talloc_named_const(NULL, 0, "server");
    void* cache = talloc_named_const(NULL, 0, "cache");
    for (int i = 1; i <= kRequests; i++) serve(server, cache, i);
    printf("%zu chunks below the server, %zu below the cache\n", talloc_total_blocks(server) - 1,
           talloc_total_blocks(cache) - 1);
    return 0;
}
