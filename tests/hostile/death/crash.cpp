// Crashes in one of several threads; its handler allocates, unwinds with backtrace(3), prints, and then ends as its
// first word says: raise (again, by the default action), exit, or jump back to where the program goes on.
#include <execinfo.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

namespace {

const char* g_how = "raise";
sigjmp_buf g_way_back;
volatile bool g_stop;
void* volatile nowhere = reinterpret_cast<void*>(0x4140);

void on_fault(int signal, siginfo_t*, void*) {
    void* frames[64];
    const int count = backtrace(frames, 64);
    keep_blocks(4);
    use_blocks(100);
    const char* said = count > 2 ? "caught with a stack\n" : "caught without a stack\n";
    if (write(1, said, strlen(said)) < 0) _exit(9);
    if (!strcmp(g_how, "exit")) _exit(7);
    if (!strcmp(g_how, "jump")) siglongjmp(g_way_back, 1);
    struct sigaction by_default {};
    by_default.sa_handler = SIG_DFL;
    sigaction(signal, &by_default, nullptr);
    raise(signal);
}

void* keep_busy(void*) {
    while (!g_stop) use_blocks(100);
    return nullptr;
}

void handle_faults() {
    static char stack[64 << 10];
    const stack_t alternate{stack, 0, sizeof stack};
    sigaltstack(&alternate, nullptr);
    struct sigaction action {};
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) sigaction(signal, &action, nullptr);
}

__attribute__((noinline)) void crash(const char* signal) {
    if (!strcmp(signal, "segv")) *static_cast<volatile int*>(nowhere) = 1;
    if (!strcmp(signal, "free")) free(nowhere);  // ours must not touch it: it is the C library that crashes
    if (!strcmp(signal, "ill")) asm volatile("ud2");
    if (!strcmp(signal, "abort")) abort();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    g_how = argv[2];
    keep_blocks(3);
    pthread_t threads[3];
    for (pthread_t& thread : threads) pthread_create(&thread, nullptr, keep_busy, nullptr);
    if (strcmp(g_how, "default") != 0) handle_faults();
    if (sigsetjmp(g_way_back, 1) == 0) crash(argv[1]);
    g_stop = true;
    for (const pthread_t thread : threads) pthread_join(thread, nullptr);
    keep_blocks(2);
    print_host_state();
    return 5;
}
