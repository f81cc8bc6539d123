// Wrong unwind information on stacks that come and go: no walk faults.
//
// A function on the stack is described by random but well-formed instructions: its section is written over while the
// test runs. It is called on a coroutine's stack or a thread's; in between the stack, one that was left, or what lies
// next to it is unmapped, protected, or mapped again smaller, by the C library's functions and by system calls that
// nobody can intercept. The cases run in forked children, so that a fault is a failure with a number:
// DREGS_FUZZ_FIRST=N begins there.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <random>

#include "coroutine_stack.h"
#include "preload/unwind/cfi.h"
#include "preload/unwind/loaded_object.h"
#include "preload/unwind/stack_memo.h"
#include "walk_oracle.h"

// Calls `function` with any value in rbp. Its description has room for instructions of any kind.
extern "C" void dregs_fuzz_frame(void (*function)(), std::uint64_t bp);
asm(R"(
    .text
    .globl dregs_fuzz_frame
    .type dregs_fuzz_frame, @function
dregs_fuzz_frame:
    .cfi_startproc
    .rept 24
    .cfi_escape 0x2e, 1             /* no nops: those at the end are left out */
    .endr
    pushq %rbp
    pushq %rbx
    movq %rsi, %rbp
    subq $40, %rsp
    call *%rdi
    addq $40, %rsp
    popq %rbx
    popq %rbp
    ret
    .cfi_endproc
    .size dregs_fuzz_frame, . - dregs_fuzz_frame
)");

namespace dregs {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kLargest = 16 * kPage;
constexpr std::size_t kSmallest = 4 * kPage;  // has room for the test's own frames
constexpr std::uint32_t kLimit = 100;
constexpr int kCasesOfChild = 500;

Unwinder unwinder;  // zero bytes: knows no row yet
StackMemo memo;
void* memo_memory;
std::mt19937_64 dice;
std::uint64_t whole;  // walks that came to an end as if all were well

std::uint64_t below(std::uint64_t limit) { return dice() % limit; }

// --- The description

std::uint8_t* program_begin;
std::size_t program_bytes;

void find_program() {
    LoadedObject object{};
    FrameDescription frame;
    const auto pc = reinterpret_cast<std::uintptr_t>(&dregs_fuzz_frame);
    ASSERT_TRUE(find_object(pc, &object));
    ASSERT_TRUE(find_description({object.map_start, object.map_end, object.eh_frame_hdr, nullptr}, pc, &frame));
    program_begin = const_cast<std::uint8_t*>(frame.program);
    program_bytes = static_cast<std::size_t>(frame.program_end - frame.program);
    ASSERT_GE(program_bytes, 40u);
    const auto page = reinterpret_cast<std::uintptr_t>(program_begin) & ~(kPage - 1);
    const std::size_t bytes = reinterpret_cast<std::uintptr_t>(frame.program_end) - page;
    ASSERT_EQ(mprotect(reinterpret_cast<void*>(page), bytes, PROT_READ | PROT_WRITE), 0);
}

class Description {
  public:
    void add(std::uint64_t byte) {
        if (bytes_ < program_bytes) program_begin[bytes_++] = static_cast<std::uint8_t>(byte);
    }
    void add_uleb(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) add(value | 0x80);
        add(value);
    }
    // An expression of `program`, which is shorter than 128 bytes.
    void add_block(std::initializer_list<std::uint64_t> program) {
        add(program.size());
        for (const std::uint64_t byte : program) add(byte);
    }
    ~Description() {
        while (bytes_ < program_bytes) add(0);
    }

  private:
    std::size_t bytes_ = 0;
};

constexpr std::uint64_t kRightDistance = 64;  // of the CFA from the stack pointer

std::uint64_t distance() {
    switch (below(5)) {
        case 0:
            return kRightDistance;
        case 1:
            return 8 * below(20);
        case 2:
            return 8 * below(2 * kPage / 8);
        case 3:
            return 8 * below(2 * kLargest / 8);
        default:
            return below(std::uint64_t{1} << (1 + below(31)));
    }
}

// The description of a frame that might be, and of some that cannot.
void describe() {
    constexpr std::uint64_t kRegistersToUse[] = {7, 7, 7, 6, 6, 3, 0, 12};
    Description out;
    if (below(8) == 0) {  // CFA = the word at a register plus something
        out.add(0x0F);
        out.add_block({0x70 + kRegistersToUse[below(8)], below(0x40), 0x06});
    } else {
        out.add(0x0C);  // def_cfa
        out.add_uleb(kRegistersToUse[below(8)]);
        out.add_uleb(distance());
    }
    for (std::uint64_t rules = below(2) * below(4); rules > 0; --rules) {
        switch (below(6)) {
            case 0:
                out.add(0x80 | 6);  // rbp at CFA - 8 * n
                out.add_uleb(below(40));
                break;
            case 1:
                out.add(0x14);  // val_offset of rsp
                out.add_uleb(7);
                out.add_uleb(below(40));
                break;
            case 2:
                out.add(0x10);  // rbp by an expression
                out.add_uleb(6);
                out.add_block({0x70 + kRegistersToUse[below(8)], below(0x40)});
                break;
            case 3:
                out.add(0x80 | 16);  // the return address elsewhere
                out.add_uleb(below(1000));
                break;
            case 4:
                out.add(0x09);  // rbp in a register
                out.add_uleb(6);
                out.add_uleb(below(17));
                break;
            default:
                out.add(below(8) == 0 ? 0x07 : 0x08);  // undefined, the same
                out.add_uleb(below(17));
        }
    }
}

// --- The memory

std::uint64_t return_addresses[8];  // that walks have met

long raw_call(long number, long a, long b, long c, long d = 0) {
    long result;
    register long r10 asm("r10") = d;
    asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
    return result;
}

// Where nothing else is mapped.
char* const kPlace = reinterpret_cast<char*>(std::uintptr_t{1} << 45);

// A mapping of up to kLargest bytes.
class StackMemory {
  public:
    explicit StackMemory(char* begin) : begin_(begin), bytes_(0) {}

    char* begin() const { return begin_; }
    char* end() const { return begin_ + bytes_; }

    void map(std::size_t bytes) {
        mmap(begin_, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        bytes_ = bytes;
        for (std::size_t at = 0; at < bytes; at += 8) *reinterpret_cast<std::uint64_t*>(begin_ + at) = word();
    }
    static std::size_t not_larger_than(std::size_t bytes) {
        return kSmallest + kPage * below((bytes - kSmallest) / kPage + 1);
    }
    // Gives up pages from `from` on, in one of the ways there are.
    void lose(char* from, std::size_t bytes) {
        if (bytes == 0) return;
        switch (below(6)) {
            case 0:
                munmap(from, bytes);
                break;
            case 1:
                mprotect(from, bytes, PROT_NONE);
                break;
            case 2:
                raw_call(SYS_munmap, reinterpret_cast<long>(from), static_cast<long>(bytes), 0);
                break;
            case 3:
                raw_call(SYS_mprotect, reinterpret_cast<long>(from), static_cast<long>(bytes), PROT_NONE);
                break;
            case 4:
                if (from != begin_) return static_cast<void>(mremap(begin_, bytes_, bytes_ - bytes, 0));
                munmap(from, bytes);
                break;
            default:
                if (from != begin_)
                    raw_call(SYS_mremap, reinterpret_cast<long>(begin_), static_cast<long>(bytes_),
                             static_cast<long>(bytes_ - bytes));
        }
    }
    // The same place, but less of it.
    void shrink() {
        const std::size_t rest = not_larger_than(bytes_);
        lose(begin_ + rest, bytes_ - rest);
        bytes_ = rest;
    }

  private:
    // What stacks are made of: nothing, places on stacks, return addresses.
    std::uint64_t word() const {
        switch (below(4)) {
            case 0:
                return reinterpret_cast<std::uint64_t>(begin_) + 8 * below(kLargest / 8);
            case 1:
                return return_addresses[below(8)];
            default:
                return 0;
        }
    }

    char* begin_;
    std::size_t bytes_;
};

// --- What runs on the stack

std::uint64_t interesting[8];  // for rbp: places on stacks that are there, and that were
char* stack_top;

// That the two agree is not asked here: a wrong row may lead to the unwinder's own frames, where nothing stays.
KEEP void walk_twice() {
    static std::uint64_t locations[kLimit];
    for (int i = 0; i < 5; ++i) {
        const Registers start = DREGS_CAPTURE_CALLER();
        if (unwinder.follow(start, memo, kLimit)) whole += memo.root() == format::kStackWhole ? 1 : 0;
        const Walk walk = unwinder.walk(start, locations, kLimit, below(2) == 0 ? &memo.own_stack() : nullptr);
        if (walk.frames != 0) return_addresses[below(8)] = format::location_pc(locations[below(walk.frames)]);
    }
    asm volatile("");
}

KEEP void deeper(std::uint64_t levels, std::uint64_t bp) {
    volatile char room[200];
    room[levels % 200] = 1;
    interesting[below(8)] = reinterpret_cast<std::uint64_t>(room) + 8 * below(30);
    if (levels > 0) {
        deeper(levels - 1, bp);
    } else {
        dregs_fuzz_frame(walk_twice, bp);
    }
    asm volatile("" ::"r"(room) : "memory");
}

void run_here() {
    const std::uint64_t bp =
        below(3) == 0 ? dice() : (interesting[below(8)] & ~std::uint64_t{below(4) == 0 ? 0u : 15u});
    deeper(below(static_cast<std::uint64_t>(stack_top - static_cast<char*>(__builtin_frame_address(0)) > 0 ? 8 : 3)),
           bp);
}

Coroutine coroutine;

KEEP void run_for_ever() {
    for (;;) {
        run_here();
        coroutine.pause();
    }
}

// The outermost function returns to one of the addresses that libraries plant.
void begin_coroutine(char* top) {
    const std::uint64_t planted[] = {0, reinterpret_cast<std::uint64_t>(&abort), 0xdeaddeaddeaddead,
                                     reinterpret_cast<std::uint64_t>(&dregs_test_switch), ~std::uint64_t{0}};
    coroutine.begin(top, run_for_ever, planted[below(5)]);
}

void run_coroutine(StackMemory& memory, bool anew) {
    stack_top = memory.end();
    if (anew) begin_coroutine(memory.end() - 16 * below(8));
    coroutine.resume();
}

void* thread_body(void*) {
    memo.forget_thread();
    for (int i = 0; i < 3; ++i) run_here();
    return nullptr;
}

void run_thread(StackMemory& memory) {
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    stack_top = memory.end();
    if (memory.end() - memory.begin() >= static_cast<std::ptrdiff_t>(5 * kPage) &&
        pthread_attr_setstack(&attributes, memory.begin(), static_cast<std::size_t>(memory.end() - memory.begin())) ==
            0 &&
        pthread_create(&thread, &attributes, thread_body, nullptr) == 0)
        pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
    memo.forget_thread();
}

void run_case() {
    describe();
    std::memset(static_cast<void*>(&unwinder), 0, sizeof unwinder);
    unwinder.identify_with(identify_for_test, nullptr);
    memo = StackMemo{};
    memo.use(std::memset(memo_memory, 0, StackMemo::bytes_for(kLimit)), kLimit);
    StackMemory memory(kPlace);
    StackMemory above(kPlace + kLargest);
    memory.map(kLargest);
    above.map(4 * kPage);
    bool anew = true;
    const bool threads = below(4) == 0;
    for (int round = 0; round < 4; ++round) {
        threads ? run_thread(memory) : run_coroutine(memory, anew);
        switch (below(4)) {
            case 0:  // what lies above goes, the stack stays
                above.lose(above.begin(), 4 * kPage);
                anew = below(2) == 0;
                break;
            case 1:
                memory.shrink();
                anew = true;
                break;
            case 2: {  // unmapped, and mapped anew in the same place, not larger
                const auto bytes = static_cast<std::size_t>(memory.end() - memory.begin());
                munmap(memory.begin(), kLargest);
                memory.map(StackMemory::not_larger_than(bytes));
                anew = true;
                break;
            }
            default:
                run_here();  // on the stack of this thread
                anew = below(2) == 0;
        }
    }
    munmap(kPlace, kLargest + 4 * kPage);
}

void run_cases(std::uint64_t first) {
    memo_memory = std::malloc(StackMemo::bytes_for(kLimit));
    for (std::uint64_t number = first; number < first + kCasesOfChild; ++number) {
        dice.seed(number);
        alarm(20);
        run_case();
    }
    _exit(whole > kCasesOfChild ? 0 : 1);
}

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

TEST(UnwindFuzz, RandomDescriptionsOnStacksThatComeAndGo) {
    ASSERT_NO_FATAL_FAILURE(find_program());
    const std::uint64_t first = from_environment("DREGS_FUZZ_FIRST", 0);
    const std::uint64_t cases = from_environment("DREGS_FUZZ_CASES", 5'000);
    for (std::uint64_t begin = first; begin < first + cases; begin += kCasesOfChild) {
        const pid_t child = fork();
        if (child == 0) run_cases(begin);
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        EXPECT_FALSE(WIFSIGNALED(status)) << "signal " << WTERMSIG(status) << " in the cases from " << begin << " on";
        EXPECT_EQ(WEXITSTATUS(status), 0) << "hardly a walk came to an end in the cases from " << begin << " on";
    }
}

}  // namespace
}  // namespace dregs
