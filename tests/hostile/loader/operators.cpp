// Every replaceable form of operator new makes one block that is kept, in a function named after it; every form of
// operator delete frees a hundred, made by each form of new that may go with it. Prints "kept NAME BYTES" for what is
// kept, and what it finds wrong.
//   operators         all that
//   operators throw   more than there is: what is thrown, returned, and asked of the new handler
//   operators one     the same of one form, which throws
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "tests/hostile/host_state.h"

#define SITE __attribute__((noinline))

namespace {

constexpr std::align_val_t kAlignment{256};
constexpr std::size_t kWide = 256;  // of which aligned blocks have a multiple: libstdc++ asks aligned_alloc for one
void* volatile sink;

void check(const char* what, bool good) {
    if (!good) std::printf("wrong: %s\n", what);
}

void kept(const char* name, void* block, std::size_t bytes, std::size_t alignment = 16) {
    check(name, block && reinterpret_cast<std::uintptr_t>(block) % alignment == 0);
    std::memset(block, 1, bytes);
    std::printf("kept %s %zu\n", name, bytes);
}

#define KEEPS(name, bytes, alignment, ...) \
    SITE void name() { kept(#name, sink = __VA_ARGS__, bytes, alignment); }
KEEPS(new_plain, 101, 16, ::operator new(101))
KEEPS(new_array, 202, 16, ::operator new[](202))
KEEPS(new_nothrow, 303, 16, ::operator new(303, std::nothrow))
KEEPS(new_array_nothrow, 404, 16, ::operator new[](404, std::nothrow))
KEEPS(new_aligned, 512, kWide, ::operator new(512, kAlignment))
KEEPS(new_array_aligned, 768, kWide, ::operator new[](768, kAlignment))
KEEPS(new_aligned_nothrow, 1024, kWide, ::operator new(1024, kAlignment, std::nothrow))
KEEPS(new_array_aligned_nothrow, 1280, kWide, ::operator new[](1280, kAlignment, std::nothrow))
KEEPS(new_large, 5000000, 16, ::operator new(5000000))
KEEPS(new_tiny, 1, 1, ::operator new(1))

// Static initialisers run before main, and before those of whoever was loaded first.
SITE char* made_early() {
    sink = new char[909];
    return static_cast<char*>(sink);
}
char* const g_early = made_early();

template <typename Make, typename Free>
void hundred(Make make, Free free) {
    for (int i = 0; i < 100; i++) free(sink = make());
}

SITE void free_all_forms() {
    const auto plain = [] { return ::operator new(40); };
    const auto plain_nothrow = [] { return ::operator new(40, std::nothrow); };
    const auto array = [] { return ::operator new[](40); };
    const auto aligned = [] { return ::operator new(40, kAlignment); };
    const auto array_aligned = [] { return ::operator new[](40, kAlignment, std::nothrow); };
    hundred(plain, [](void* block) { ::operator delete(block); });
    hundred(plain_nothrow, [](void* block) { ::operator delete(block); });
    hundred(plain, [](void* block) { ::operator delete (block, std::size_t{40}); });
    hundred(plain, [](void* block) { ::operator delete(block, std::nothrow); });
    hundred(aligned, [](void* block) { ::operator delete(block, kAlignment); });
    hundred(aligned, [](void* block) { ::operator delete (block, std::size_t{40}, kAlignment); });
    hundred(aligned, [](void* block) { ::operator delete(block, kAlignment, std::nothrow); });
    hundred(array, [](void* block) { ::operator delete[](block); });
    hundred(array, [](void* block) { ::operator delete[](block, std::size_t{40}); });
    hundred(array, [](void* block) { ::operator delete[](block, std::nothrow); });
    hundred(array_aligned, [](void* block) { ::operator delete[](block, kAlignment); });
    hundred(array_aligned, [](void* block) { ::operator delete[](block, std::size_t{40}, kAlignment); });
    hundred(array_aligned, [](void* block) { ::operator delete[](block, kAlignment, std::nothrow); });
    ::operator delete(nullptr);
    ::operator delete[](nullptr, kAlignment);
}

// Other threads free what these make.
SITE void exchange() {
    std::vector<std::thread> threads;
    std::vector<std::vector<std::string>> texts(4);
    for (int i = 0; i < 4; i++) {
        threads.emplace_back([&texts, i] {
            for (int n = 0; n < 3000; n++) texts[i].emplace_back(static_cast<std::size_t>(20 + n % 300), 'x');
        });
    }
    for (std::thread& thread : threads) thread.join();
    std::thread([&texts] { texts.clear(); }).join();
}

int g_asked;
void* g_reserve;

void give_reserve() {
    if (++g_asked > 2) std::set_new_handler(nullptr);
    ::operator delete(g_reserve);
    g_reserve = nullptr;
}

// Volatile: or the compiler would leave out what cannot be.
SITE void want_too_much(const char* name, void* (*make)(std::size_t)) {
    static volatile std::size_t too_much = PTRDIFF_MAX - 4096;
    g_asked = 0;
    g_reserve = ::operator new(100);
    std::set_new_handler(give_reserve);
    try {
        std::printf("%s returned %p", name, make(too_much));
    } catch (const std::bad_alloc&) {
        std::printf("%s threw", name);
    }
    std::printf(", asked %d times\n", g_asked);
    std::set_new_handler(nullptr);
    ::operator delete(g_reserve);
}

void want_too_much_of_one() {
    want_too_much("new", [](std::size_t bytes) { return ::operator new(bytes); });
}

void want_too_much_of_all() {
    want_too_much_of_one();
    want_too_much("new[]", [](std::size_t bytes) { return ::operator new[](bytes); });
    want_too_much("new nothrow", [](std::size_t bytes) { return ::operator new(bytes, std::nothrow); });
    want_too_much("new[] nothrow", [](std::size_t bytes) { return ::operator new[](bytes, std::nothrow); });
    want_too_much("new aligned", [](std::size_t bytes) { return ::operator new(bytes, kAlignment); });
    want_too_much("new[] aligned", [](std::size_t bytes) { return ::operator new[](bytes, kAlignment); });
    want_too_much("new aligned nothrow",
                  [](std::size_t bytes) { return ::operator new(bytes, kAlignment, std::nothrow); });
}

// A free of malloc's, or of the other operators, is as good to these allocators.
void free_otherwise(void* block) { std::free(block); }
void delete_otherwise(void* block) { ::operator delete(block); }
void (*volatile g_free)(void*) = free_otherwise;
void (*volatile g_delete)(void*) = delete_otherwise;

SITE void cross() {
    hundred([] { return std::malloc(40); }, g_delete);
    hundred([] { return ::operator new(40); }, g_free);
    hundred([] { return std::realloc(::operator new[](40), 4000); }, g_delete);
}

}  // namespace

int main(int count, char** arguments) {
    std::setvbuf(stdout, nullptr, _IONBF, 0);
    const std::string what = count > 1 ? arguments[1] : "";
    if (what == "throw" || what == "one") {
        what == "one" ? want_too_much_of_one() : want_too_much_of_all();
        return 0;
    }
    new_plain();
    new_array();
    new_nothrow();
    new_array_nothrow();
    new_aligned();
    new_array_aligned();
    new_aligned_nothrow();
    new_array_aligned_nothrow();
    new_large();
    new_tiny();
    kept("made_early", g_early, 909);
    free_all_forms();
    exchange();
    if (what == "cross") cross();
    print_host_state();
    return 0;
}
