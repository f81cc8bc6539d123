// A preloadable malloc that compares, on every Nth call of a real program, our walk with libunwind's.
//
//   LD_PRELOAD=unwind_crosscheck.so DREGS_CROSSCHECK=N:FILE program ...
//
// appends to FILE at exit: walks, followed, disagreements with libunwind, of follow() with walk(), not whole, complex,
// and the first disagreements. libunwind is the oracle and not always right: look at what it says before believing it.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "preload/unwind/stack_memo.h"
#include "preload/unwind/unwind.h"

#define UNW_LOCAL_ONLY
#include <libunwind.h>

namespace {

using namespace dregs;

constexpr std::uint32_t kLimit = 1024;

struct PerThread {
    StackMemo memo;
    std::uint64_t ours[kLimit];
    std::uint64_t theirs[kLimit];
    std::uint32_t their_frames;
};

Unwinder unwinder;
std::atomic<std::uint64_t> walks, followed, disagreed, misfollowed, not_whole;
std::atomic<std::uint32_t> printed;
int every = 0;
int report = -1;
__thread PerThread* thread __attribute__((tls_model("initial-exec")));
__thread bool busy __attribute__((tls_model("initial-exec")));
__thread unsigned calls __attribute__((tls_model("initial-exec")));

std::uint32_t identify(void*, const LoadedObject& object) {
    static std::atomic<const void*> seen[4096];
    for (std::uint32_t i = 1; i < 4096; ++i) {
        const void* none = nullptr;
        if (seen[i].load() == object.link_map || seen[i].compare_exchange_strong(none, object.link_map)) return i;
    }
    return format::kNoModule;
}

void print(const char* text, ...) {
    char line[256];
    va_list arguments;
    va_start(arguments, text);
    const int length = std::vsnprintf(line, sizeof line, text, arguments);
    va_end(arguments);
    if (write(report, line, static_cast<std::size_t>(length)) < 0) report = -1;
}

void walk_by_oracle(PerThread& t, unw_context_t* context) {
    unw_cursor_t cursor;
    unw_init_local(&cursor, context);
    t.their_frames = 0;
    while (t.their_frames < kLimit && unw_step(&cursor) > 0) {
        unw_word_t pc = 0;
        unw_get_reg(&cursor, UNW_REG_IP, &pc);
        if (pc == 0) break;
        t.theirs[t.their_frames++] = pc;
    }
}

bool agree(const PerThread& t, const Walk& walk) {
    if (walk.frames != t.their_frames) return false;
    for (std::uint32_t i = 0; i < walk.frames; ++i) {
        if (format::location_pc(t.ours[i]) != t.theirs[i]) return false;
    }
    return true;
}

bool memo_agrees(const PerThread& t, const Walk& walk) {
    if (walk.root != format::kStackWhole || walk.frames != t.memo.frames()) return false;
    for (std::uint32_t i = 0; i < walk.frames; ++i) {
        if (t.ours[i] != t.memo.location(i)) return false;
    }
    return true;
}

void show(const PerThread& t, const Walk& walk, const char* what) {
    if (printed.fetch_add(1) >= 5) return;
    print("%s: ours %u (root %u), theirs %u\n", what, walk.frames, walk.root, t.their_frames);
    for (std::uint32_t i = 0; i < walk.frames || i < t.their_frames; ++i)
        print("  %2u %12llx %12llx\n", i,
              i < walk.frames ? static_cast<unsigned long long>(format::location_pc(t.ours[i])) : 0,
              i < t.their_frames ? static_cast<unsigned long long>(t.theirs[i]) : 0);
}

void compare(const Registers& caller, unw_context_t* context) {
    PerThread& t = *thread;
    const bool follows = unwinder.follow(caller, t.memo, kLimit);
    const Walk walk = unwinder.walk(caller, t.ours, kLimit);
    walk_by_oracle(t, context);
    walks.fetch_add(1);
    if (follows) followed.fetch_add(1);
    if (walk.root != format::kStackWhole && not_whole.fetch_add(1) < 2) show(t, walk, "not whole");
    if (follows && !memo_agrees(t, walk) && misfollowed.fetch_add(1) < 2) show(t, walk, "misfollowed");
    if (!agree(t, walk) && disagreed.fetch_add(1) < 2) show(t, walk, "disagreed");
}

bool start_thread() {
    void* memory = mmap(nullptr, sizeof(PerThread) + StackMemo::bytes_for(kLimit), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return false;
    thread = static_cast<PerThread*>(memory);
    thread->memo.use(thread + 1, kLimit);
    return true;
}

__attribute__((constructor)) void begin() {
    const char* setting = std::getenv("DREGS_CROSSCHECK");
    const char* colon = setting != nullptr ? std::strchr(setting, ':') : nullptr;
    if (colon == nullptr) return;
    report = open(colon + 1, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    unwinder.identify_with(identify, nullptr);
    unw_set_caching_policy(unw_local_addr_space, UNW_CACHE_NONE);
    every = std::atoi(setting);
}

__attribute__((destructor)) void end() {
    every = 0;
    char name[256]{};
    if (readlink("/proc/self/exe", name, sizeof name - 1) < 0) name[0] = '\0';
    print("%s: walks %llu followed %llu disagreed %llu misfollowed %llu not whole %llu\n", name,
          static_cast<unsigned long long>(walks), static_cast<unsigned long long>(followed),
          static_cast<unsigned long long>(disagreed), static_cast<unsigned long long>(misfollowed),
          static_cast<unsigned long long>(not_whole));
}

}  // namespace

extern "C" __attribute__((visibility("default"))) void* malloc(std::size_t bytes) {
    if (every != 0 && !busy && ++calls % static_cast<unsigned>(every) == 0 && (thread != nullptr || start_thread())) {
        busy = true;
        unw_context_t context;
        unw_getcontext(&context);
        compare(DREGS_CAPTURE_CALLER(), &context);
        busy = false;
    }
    static auto* const next = reinterpret_cast<void* (*)(std::size_t)>(dlsym(RTLD_NEXT, "malloc"));
    return next(bytes);
}
