/* A server's shape in APR pools: 1 000 request pools with a sub-pool each, 50 blocks of 64 bytes in a request; 100 of
 * the requests are never destroyed. Of one more pool what is cleared is gone, and what came after is there.
 *
 * apr_requests [again]: `again` does the same in a forked child first. Declares what it calls of APR. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct apr_pool_t apr_pool_t;
int apr_initialize(void);
void apr_terminate(void);
int apr_pool_create_ex(apr_pool_t** pool, apr_pool_t* parent, void* abort_function, void* allocator);
void apr_pool_tag(apr_pool_t* pool, const char* tag);
void apr_pool_clear(apr_pool_t* pool);
void apr_pool_destroy(apr_pool_t* pool);
void* apr_palloc(apr_pool_t* pool, size_t bytes);
char* apr_pstrdup(apr_pool_t* pool, const char* text);

enum { kRequests = 1000, kBlocks = 50, kKept = 10 };

static __attribute__((noinline)) void fill(apr_pool_t* pool) {
    for (int i = 0; i < kBlocks; i++) memset(apr_palloc(pool, 64), 1, 64);
}

static __attribute__((noinline)) apr_pool_t* make_request(apr_pool_t* server, int number) {
    apr_pool_t* request = NULL;
    apr_pool_t* below = NULL;
    char tag[32];
    snprintf(tag, sizeof tag, "request %d", number);
    apr_pool_create_ex(&request, server, NULL, NULL);
    apr_pool_tag(request, tag);
    apr_pool_create_ex(&below, request, NULL, NULL);
    fill(request);
    return request;
}

static void serve(void) {
    apr_pool_t* server = NULL;
    apr_pool_t* cache = NULL;
    apr_pool_create_ex(&server, NULL, NULL, NULL);
    apr_pool_create_ex(&cache, server, NULL, NULL);
    for (int i = 1; i <= kRequests; i++) {
        apr_pool_t* request = make_request(server, i);
        if (i % kKept) apr_pool_destroy(request);
    }
    apr_palloc(cache, 1337);
    apr_pool_clear(cache);
    apr_pstrdup(cache, "kept");
}

int main(int argc, char** argv) {
    apr_initialize();
    (void)argv;
    if (argc > 1) {
        const pid_t child = fork();
        if (child == 0) {
            serve();
            _exit(0);
        }
        waitpid(child, NULL, 0);
    }
    serve();
    printf("%d requests, %d kept\n", kRequests, kRequests / kKept);
    return 0;
}
