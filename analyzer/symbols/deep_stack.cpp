// See deep_stack.h.
#include "analyzer/symbols/deep_stack.h"

#include <pthread.h>

#include <csignal>
#include <cstddef>

namespace dregs {
namespace {

constexpr std::size_t kStackBytes = std::size_t{64} << 20;  // of which what is not used is never there

void* run(void* work) {
    (*static_cast<absl::FunctionRef<void()>*>(work))();
    return nullptr;
}

bool start(pthread_t& thread, absl::FunctionRef<void()>& work) {
    pthread_attr_t attributes;
    if (::pthread_attr_init(&attributes) != 0) return false;
    sigset_t all;
    ::sigfillset(&all);
    const bool started = ::pthread_attr_setstacksize(&attributes, kStackBytes) == 0 &&
                         ::pthread_attr_setsigmask_np(&attributes, &all) == 0 &&
                         ::pthread_create(&thread, &attributes, run, &work) == 0;
    ::pthread_attr_destroy(&attributes);
    return started;
}

}  // namespace

bool run_on_deep_stack(absl::FunctionRef<void()> work) {
    pthread_t thread{};
    return start(thread, work) && ::pthread_join(thread, nullptr) == 0;
}

}  // namespace dregs
