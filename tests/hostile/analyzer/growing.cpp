// Grows every table of its trace from several threads until its standard input ends: blocks, stacks, scopes, kinds,
// pools, threads, modules that come and go. Prints "ready" when all of that has begun.
#include <dlfcn.h>
#include <dregs/dregs.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kThreads = 3;
constexpr std::size_t kMostKept = 50'000;

std::atomic<bool> ended;
std::atomic<int> begun;

// A stack of its own for each path.
__attribute__((noinline)) void* allocate_at(unsigned path, int depth);
__attribute__((noinline)) void* go_left(unsigned path, int depth) {
    void* volatile block = allocate_at(path, depth);
    return block;
}
__attribute__((noinline)) void* go_right(unsigned path, int depth) {
    void* volatile block = allocate_at(path, depth);
    return block;
}
__attribute__((noinline)) void* allocate_at(unsigned path, int depth) {
    if (depth == 0) return malloc(path % 2000);
    void* volatile block = path & 1 ? go_left(path >> 1, depth - 1) : go_right(path >> 1, depth - 1);
    return block;
}

class Grower {
  public:
    explicit Grower(unsigned seed) : random_(seed) {}
    ~Grower() {
        for (void* block : kept_) free(block);
    }
    void run() {
        for (int round = 0; !ended; ++round) {
            const std::string kind = "kind " + std::to_string(random_() % 50);
            const dregs_scope scope = dregs_scope_enter_labeled(kind.c_str(), "round");
            for (int i = 0; i < 20; ++i) kept_.push_back(allocate_at(static_cast<unsigned>(random_()), 10));
            use_pool();
            dregs_scope_leave(scope);
            if (kept_.size() > kMostKept) drop_half();
            if (round == 100) ++begun;
        }
    }

  private:
    void use_pool() {
        const dregs_pool pool = dregs_pool_create("pool", 0);
        for (std::size_t i = 0; i < 20; ++i) dregs_pool_alloc(pool, &places_[i], 32);
        if (random_() % 2) dregs_pool_free_all(pool);
        dregs_pool_destroy(pool);
    }
    void drop_half() {
        for (std::size_t i = 0; i < kMostKept / 2; ++i) {
            free(kept_.back());
            kept_.pop_back();
        }
    }

    std::minstd_rand random_;
    std::vector<void*> kept_;
    char places_[20][32];
};

void load_and_unload(const char* plugin) {
    while (!ended) {
        void* const handle = dlopen(plugin, RTLD_NOW);
        if (!handle) return;
        if (auto* keep = reinterpret_cast<void* (*)()>(dlsym(handle, "plugin_keep"))) free(keep());
        dlclose(handle);
        std::thread([] {}).join();  // its first call is a free, of what the other thread allocated for it
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < kThreads; ++i) threads.emplace_back([i] { Grower(i + 1).run(); });
    if (argc > 1) threads.emplace_back(load_and_unload, argv[1]);
    while (begun < kThreads) std::this_thread::yield();
    if (write(1, "ready\n", 6) != 6) return 1;
    for (char byte; read(0, &byte, 1) > 0;) continue;
    ended = true;
    for (std::thread& thread : threads) thread.join();
    return 0;
}
