// A storm to be killed in: threads allocate, free, realloc, open and close scopes, jobs and pools, and come and go.
//
//     kill_storm FILE          rages until it is killed; says "ready" when all threads are at work
//     kill_storm FILE truth    prints the least and the most live blocks that a trace may show, and of those survivors
//
// The truth outlives the storm in FILE: counters that each thread writes before and after its calls. What is in between
// when the kill comes may or may not have happened, everything else is exact.
#include <dregs/dregs.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

constexpr int kWorkers = 4;
constexpr int kHeld = 4096;
constexpr int kOperations = 300;  // of a thread, then the next one goes on in its place
constexpr int kPoolBlocks = 3;
constexpr int kSurvivors = 64;

using Count = std::atomic<std::int64_t>;

// One worker's; written by it alone.
struct Truth {
    Count alloc_begun, alloc_done, free_begun, free_done;    // blocks
    Count left_begun, left_done, mended_begun, mended_done;  // blocks that outlived their scope, and then were freed
    Count perhaps_left, perhaps_mended;                      // in a scope that ends some time after its thread
};

struct Worker {
    Truth* truth;
    std::uint32_t random;
    dregs_scope abandoned;
    void* in_abandoned;
    void* held[kHeld];
    char arena[kPoolBlocks][64];
};

struct Job {
    dregs_scope scope;
    void* block;
};

Worker g_workers[kWorkers];
std::atomic<void*> g_survivors[kSurvivors];  // handed from thread to thread, and so freed by another
std::atomic<Job*> g_job;
std::atomic<int> g_at_work;

void count(Count& counter, int by = 1) {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_release);
}

std::uint32_t random_below(Worker& w, std::uint32_t limit) {
    w.random = w.random * 1664525u + 1013904223u;
    return static_cast<std::uint32_t>((std::uint64_t{w.random} * limit) >> 32);
}

__attribute__((noinline)) void* take(Worker& w) {
    count(w.truth->alloc_begun);
    void* block = malloc(8 + random_below(w, 2000));
    count(w.truth->alloc_done);
    return block;
}

void give(Worker& w, void* block) {
    count(w.truth->free_begun);
    free(block);
    count(w.truth->free_done);
}

// For a moment the block is in no table.
__attribute__((noinline)) void* resize(Worker& w, void* block) {
    count(w.truth->free_begun);
    void* moved = realloc(block, 8 + random_below(w, 4000));
    count(w.truth->free_begun, -1);
    return moved;
}

void mend(Worker& w, void* survivor) {
    count(w.truth->mended_begun);
    give(w, survivor);
    count(w.truth->mended_done);
}

void hand_over_survivor(Worker& w, void* block) {
    if (void* former = g_survivors[random_below(w, kSurvivors)].exchange(block)) mend(w, former);
}

void hold(Worker& w) {
    void*& block = w.held[random_below(w, kHeld)];
    if (!block)
        block = take(w);
    else if (random_below(w, 3) == 0)
        block = resize(w, block);
    else
        give(w, block), block = nullptr;
}

void request(Worker& w) {
    const dregs_scope scope = dregs_scope_enter_labeled("request", "of the storm");
    void* blocks[3];
    for (void*& block : blocks) block = take(w);
    const dregs_scope part = dregs_scope_enter("part");
    give(w, take(w));
    if (random_below(w, 8) != 0) dregs_scope_leave(part);  // else it ends with the request
    const int left = random_below(w, 4) == 0;
    for (int i = left; i < 3; ++i) give(w, blocks[i]);
    count(w.truth->left_begun, left);
    dregs_scope_leave(scope);
    count(w.truth->left_done, left);
    if (left) hand_over_survivor(w, blocks[0]);
}

void finish_job(Worker& w, Job* job) {
    const dregs_scope previous = dregs_scope_attach(job->scope);
    give(w, take(w));
    dregs_scope_restore(previous);
    const int left = random_below(w, 2) == 0;
    if (!left) give(w, job->block);
    count(w.truth->left_begun, left);
    dregs_scope_close(job->scope);
    count(w.truth->left_done, left);
    if (left) hand_over_survivor(w, job->block);
    delete job;
}

void begin_job(Worker& w) {
    Job* job = new Job{dregs_scope_open("job", 0), nullptr};
    const dregs_scope previous = dregs_scope_attach(job->scope);
    job->block = take(w);
    dregs_scope_restore(previous);
    if (Job* former = g_job.exchange(job)) finish_job(w, former);
}

__attribute__((noinline)) void take_of_pool(Worker& w, dregs_pool pool, char* block) {
    count(w.truth->alloc_begun);
    dregs_pool_alloc(pool, block, 64);
    count(w.truth->alloc_done);
}

void use_pool(Worker& w) {
    const dregs_pool pool = dregs_pool_create("pool", 0);
    for (char* block : w.arena) take_of_pool(w, pool, block);
    count(w.truth->free_begun);
    dregs_pool_free(pool, w.arena[0]);
    count(w.truth->free_done);
    count(w.truth->free_begun, kPoolBlocks - 1);
    if (random_below(w, 2) == 0) dregs_pool_free_all(pool);
    dregs_pool_destroy(pool);
    count(w.truth->free_done, kPoolBlocks - 1);
}

// The former thread of this worker left a scope open when it ended; whoever notices closes it.
void clear_away_abandoned(Worker& w) {
    if (!w.in_abandoned) return;
    give(w, w.in_abandoned);
    w.in_abandoned = nullptr;
    count(w.truth->perhaps_mended);
}

void abandon_scope(Worker& w) {
    count(w.truth->perhaps_left);
    w.abandoned = dregs_scope_enter("abandoned");
    w.in_abandoned = take(w);
}

void* work(void* argument) {
    Worker& w = *static_cast<Worker*>(argument);
    clear_away_abandoned(w);
    ++g_at_work;
    for (int i = 0; i < kOperations; ++i) {
        hold(w);
        if (i % 2 == 0) request(w);
        if (i % 8 == 1) begin_job(w);
        if (i % 8 == 3) use_pool(w);
    }
    if (random_below(w, 2) == 0) abandon_scope(w);
    return nullptr;
}

void print_truth(const Truth* truth) {
    std::int64_t blocks = 0, blocks_most = 0, survivors = 0, survivors_most = 0;
    for (int i = 0; i < kWorkers; ++i) {
        const Truth& t = truth[i];
        blocks += t.alloc_done - t.free_begun;
        blocks_most += t.alloc_begun - t.free_done;
        survivors += t.left_done - t.mended_begun;
        survivors_most += t.left_begun - t.mended_done + t.perhaps_left - t.perhaps_mended;
    }
    std::printf("%ld %ld %ld %ld\n", blocks, blocks_most, survivors, survivors_most);
}

[[noreturn]] void rage(Truth* truth) {
    pthread_t threads[kWorkers];
    const auto seed = static_cast<std::uint32_t>(getpid());
    for (int i = 0; i < kWorkers; ++i) {
        g_workers[i].truth = &truth[i];
        g_workers[i].random = seed * 97u + static_cast<std::uint32_t>(i);
        pthread_create(&threads[i], nullptr, work, &g_workers[i]);
    }
    while (g_at_work < kWorkers) sched_yield();
    if (write(1, "ready\n", 6) != 6) _exit(1);
    for (int i = 0;; i = (i + 1) % kWorkers) {
        pthread_join(threads[i], nullptr);
        pthread_create(&threads[i], nullptr, work, &g_workers[i]);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const int file = argc > 1 ? open(argv[1], O_RDWR | O_CREAT, 0600) : -1;
    if (file < 0 || ftruncate(file, sizeof(Truth) * kWorkers) != 0) return 2;
    void* shared = mmap(nullptr, sizeof(Truth) * kWorkers, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared == MAP_FAILED) return 2;
    if (argc > 2) return print_truth(static_cast<Truth*>(shared)), 0;
    rage(static_cast<Truth*>(shared));
}
