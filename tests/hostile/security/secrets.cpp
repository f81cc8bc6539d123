// Holds a secret wherever a program may: in thousands of blocks of every size, live and freed, on the stacks of several
// threads, in registers at each allocation, in the environment, in pools and in scopes. Its text is in no file: it is
// made at run time. Prints it, then ends as by a crash.
#include <dregs/dregs.h>
#include <pthread.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {

constexpr int kSecretBytes = 16;
char g_secret[kSecretBytes + 1];

void make_secret() {
    auto random = static_cast<std::uint32_t>(getpid());
    for (int i = 0; i < kSecretBytes; ++i) {
        random = random * 1664525u + 1013904223u;
        g_secret[i] = static_cast<char>('A' + (random >> 24) % 26);
    }
}

void fill(void* block, std::size_t bytes) {
    for (std::size_t at = 0; at + kSecretBytes <= bytes; at += kSecretBytes)
        memcpy(static_cast<char*>(block) + at, g_secret, kSecretBytes);
}

// The secret stands in the frame of each call, and in registers that a call must keep.
__attribute__((noinline)) void hold(int depth) {
    char on_stack[64];
    fill(on_stack, sizeof on_stack);
    std::uint64_t halves[2];
    memcpy(halves, g_secret, sizeof halves);
    register std::uint64_t first asm("rbx") = halves[0];
    register std::uint64_t second asm("r12") = halves[1];
    asm volatile("" : "+r"(first), "+r"(second) : "r"(on_stack) : "memory");
    const std::size_t bytes = 16 + static_cast<std::size_t>(depth) * 97 % 3000;
    void* block = malloc(bytes);
    fill(block, bytes);
    if (depth % 3 == 0) block = realloc(block, bytes * 2);
    asm volatile("" : "+r"(first), "+r"(second) : "r"(block) : "memory");
    if (depth % 2) free(block);
    if (depth > 0) hold(depth - 1);
    asm volatile("" ::"r"(on_stack) : "memory");
}

void* work(void*) {
    const dregs_scope scope = dregs_scope_enter_labeled("work", "label");
    for (int i = 0; i < 40; ++i) hold(60);
    const dregs_pool pool = dregs_pool_create("pool", 0);
    static char arena[1024];
    fill(arena, sizeof arena);
    dregs_pool_alloc(pool, arena, sizeof arena);
    dregs_scope_leave(scope);
    return nullptr;
}

}  // namespace

int main() {
    make_secret();
    setenv("SECRET", g_secret, 1);
    pthread_t threads[3];
    for (pthread_t& thread : threads) pthread_create(&thread, nullptr, work, nullptr);
    for (const pthread_t thread : threads) pthread_join(thread, nullptr);
    dregs_snapshot("kept");
    if (write(1, g_secret, kSecretBytes) != kSecretBytes) return 1;
    abort();
}
