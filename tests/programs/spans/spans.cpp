// Calls of a library that begin and end scopes, `spans_calls ROUNDS`: what they are given and return is printed, so a
// bit that is lost on the way is a difference of output. Keeps blocks of 1337 bytes in every tenth piece of work, of
// 733 bytes between them, of 64 bytes in each level of nested work.
//
// With `spans_calls SIGNALS signals` it works until so many signals have interrupted it; the handler allocates.
// With `spans_calls ROUNDS PLUGIN` the same is done by a plugin that brings its library along.
#include "spans.h"

#include <dlfcn.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

void keep(std::size_t bytes) {
    void* volatile block = std::malloc(bytes);
    (void)block;
}

void work(int rounds) {
    for (int i = 0; i < rounds; ++i) {
        begin_work();
        std::free(std::malloc(500));
        if (i % 10 == 0) keep(1337);
        end_work();
    }
    keep(733);
}

void print_arguments() {
    Large large{};
    for (int i = 0; i < 7; ++i) large.values[i] = 1000 + i;
    large.last = 'z';
    const Result r = many_arguments(1, 2.25, large, 3.5F, 4, {5.125, 6}, 'g', 7.0625L, 8, 9.5, 10, 11.75, 12, 13.5F,
                                    14.25, 15.125, 16.5, 17, 18, 19.625);
    std::printf("%.17g %.20Lg %ld %ld %c %.17g %ld\n", r.sum, r.longer, r.large.values[0], r.large.values[6],
                r.large.last, r.mixed.real, r.mixed.whole);
    char text[200];
    const int length = variadic(text, "%d %g %s %ld %g %g %g %g %g %g %g %g %Lg %d", 1, 2.5, "three", 4L, 5.5, 6.5, 7.5,
                                8.5, 9.5, 10.5, 11.5, 12.5, 13.5L, 14);
    std::printf("%d %s\n", length, text);
}

template <typename Vector>
__attribute__((always_inline)) inline void fill(Vector (&vectors)[8]) {
    for (unsigned v = 0; v < 8; ++v) {
        for (unsigned i = 0; i < sizeof(Vector) / sizeof(float); ++i)
            reinterpret_cast<float*>(&vectors[v])[i] = static_cast<float>(v * 100 + i * i);
    }
}
template <typename Vector>
__attribute__((always_inline)) inline void print(const Vector& vector) {
    for (unsigned i = 0; i < sizeof(Vector) / sizeof(float); ++i)
        std::printf(" %g", static_cast<double>(reinterpret_cast<const float*>(&vector)[i]));
    std::printf("\n");
}

void print_sse() {
    __m128 v[8];
    fill(v);
    print(eight_sse(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]));
}
__attribute__((target("avx"))) void print_avx() {
    __m256 v[8];
    fill(v);
    print(eight_avx(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]));
}
__attribute__((target("avx512f"))) void print_avx512() {
    __m512 v[8];
    fill(v);
    print(eight_avx512(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]));
}

void print_vectors() {
    print_sse();
    if (__builtin_cpu_supports("avx")) print_avx();
    if (__builtin_cpu_supports("avx512f")) print_avx512();
}

void print_ways_out() {
    errno = 4711;
    std::printf("errno %d", keeps_errno());
    std::printf(" %d\n", errno);
    const auto* here = static_cast<const char*>(whose_call());
    Dl_info object{};
    std::printf("called by the program: %d\n", dladdr(here, &object) != 0 && object.dli_fbase != nullptr);
    int caught = 0;
    for (int i = 0; i < 100; ++i) {
        try {
            throws(i);
        } catch (const std::runtime_error& error) {
            caught += std::atoi(error.what());
        }
    }
    static jmp_buf where;
    static volatile int jumped = 0;
    for (volatile int i = 1; i <= 100; i = i + 1) {
        if (setjmp(where) == 0) jumps(where, i);
        jumped = jumped + 1;
    }
    std::printf("caught %d, jumped %d\n", caught, jumped);
}

void nested(int depth) {
    begin_work();
    keep(64);
    if (depth > 1) calls_back(nested, depth - 1);
    end_work();
}

// Work that is never ended: every round's is left by the exception.
void leave_by_exception(int rounds) {
    for (int i = 0; i < rounds; ++i) {
        try {
            begin_work();
            throws(i);
        } catch (const std::runtime_error&) {
        }
    }
    end_work();
}

int work_in_child(int rounds) {
    const pid_t child = fork();
    if (child == 0) {
        work(rounds);
        _exit(7);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

volatile sig_atomic_t g_signals = 0;

void count_signal(int) {
    const int saved = errno;
    std::free(std::malloc(100));  // looks at the stack that was interrupted
    g_signals = g_signals + 1;
    errno = saved;
}

int work_under_signals(int signals) {
    std::signal(SIGALRM, count_signal);
    const itimerval often{{0, 100}, {0, 100}};
    setitimer(ITIMER_REAL, &often, nullptr);
    while (g_signals < signals) {
        begin_work();
        end_work();
    }
    // The _fini of libraries has no unwind information: no signal is to interrupt the end of the program.
    const itimerval never{};
    setitimer(ITIMER_REAL, &never, nullptr);
    return 0;
}

int use_plugin(const char* path, int rounds) {
    for (int i = 0; i < 3; ++i) {
        void* plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (!plugin) return std::fprintf(stderr, "%s\n", dlerror()), 1;
        reinterpret_cast<void (*)(int)>(dlsym(plugin, "plugin_work"))(rounds);
        dlclose(plugin);
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const int rounds = argc > 1 ? std::atoi(argv[1]) : 100;
    if (argc > 2 && std::strcmp(argv[2], "signals") == 0) return work_under_signals(rounds);
    if (argc > 2) return use_plugin(argv[2], rounds);
    print_arguments();
    print_vectors();
    print_ways_out();
    work(rounds);
    nested(5);
    leave_by_exception(50);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(work, rounds);
    for (std::thread& thread : threads) thread.join();
    std::printf("child %d\n", work_in_child(rounds));
    return 0;
}
