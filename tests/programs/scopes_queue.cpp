// Jobs that are opened by one thread, worked on by others in two steps, and closed by whoever comes last.
//
// 200 jobs; each allocates one block of 1337 bytes in each of two steps, on different workers. Every tenth job does not
// give back the block of its second step.
#include <dregs/dregs.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

namespace {

constexpr int kJobs = 200;

struct Job {
    dregs_scope scope;
    void* first;
    void* second;
};

std::array<Job, kJobs> jobs;

__attribute__((noinline)) void first_step(Job& job) {
    dregs::Attach attach(job.scope);
    job.first = std::malloc(1337);
}

__attribute__((noinline)) void second_step(Job& job, bool keep) {
    dregs::Attach attach(job.scope);
    std::free(job.first);
    job.second = std::malloc(1337);
    if (!keep) std::free(job.second);
}

void in_two_threads(void (*step)(int)) {
    std::thread even([step] {
        for (int i = 0; i < kJobs; i += 2) step(i);
    });
    std::thread odd([step] {
        for (int i = 1; i < kJobs; i += 2) step(i);
    });
    even.join();
    odd.join();
}

}  // namespace

int main() {
    dregs::Scope batch("batch");
    for (Job& job : jobs) job.scope = dregs_scope_open("job", batch.handle());
    in_two_threads([](int i) { first_step(jobs[static_cast<std::size_t>(i)]); });
    in_two_threads([](int i) { second_step(jobs[static_cast<std::size_t>(kJobs - 1 - i)], i % 10 == 0); });
    for (Job& job : jobs) dregs_scope_close(job.scope);
    std::puts("job 200 entered, 20 survivors of 1337 bytes");
}
