// The functions of other allocators that stand beside malloc's family, as the program sees them where such an allocator
// is loaded, and nothing else.
//
// They have a version that nobody asks for, so the loader passes over them: a program without such an allocator is
// bound as if they were not there, and finds no mallocx by dlsym. When the program has been loaded, and such an
// allocator with it, calls that were bound to the allocator's functions are redirected here, one by one, and look-ups
// from then on (dlopen, dlsym, the first call of a function that is bound late) find these.
//
// Compiled with frame pointers, so that the caller's state can be read off.
#include "preload/interpose_allocators.h"

#include <link.h>

#include "preload/allocator_shapes.h"
#include "preload/system/call_slots.h"
#include "preload/system/defined_symbol.h"

namespace dregs {

const void* g_allocator[kAllocatorNames];

DREGS_AMONG_HOOKS bool take_heap_block(const void*, const void*, void* block, std::size_t bytes, void* caller) {
    if (block) take_within(block, bytes, *static_cast<const Registers*>(caller));
    return true;
}

}  // namespace dregs

using namespace dregs;

extern "C" {

__attribute__((used)) int dregs_on_throw(int, int actions, std::uint64_t, void*, void*) {
    constexpr int kSearching = 1;
    constexpr int kGoOn = 8;
    if ((actions & kSearching) != 0) note_failed_alloc(0);
    return kGoOn;
}

#define DREGS_BARE(...) __VA_ARGS__
#define DREGS_DEFINE(name, shape)                                                                         \
    DREGS_HOOK Word dregs_behind_##name(Word a, Word b, Word c, Word d, Word e, Word f) {                 \
        return call_as<kFunction_##name, DREGS_BARE shape>({{a, b, c, d, e, f}}, DREGS_CAPTURE_CALLER()); \
    }                                                                                                     \
    asm(".symver dregs_behind_" #name ", " #name "@DREGS_BEHIND");
DREGS_ALLOCATOR_FUNCTIONS(DREGS_DEFINE)
#undef DREGS_DEFINE

}  // extern "C"

namespace dregs {
namespace {

#define DREGS_NAME(name, ...) #name,
constexpr const char* kNames[] = {DREGS_ALLOCATOR_FUNCTIONS(DREGS_NAME) DREGS_ALLOCATOR_QUESTIONS(DREGS_NAME)};
#undef DREGS_NAME

#define DREGS_REDIRECTION(name, shape) \
    {#name, nullptr, reinterpret_cast<const void*>(&dregs_behind_##name), kFunction_##name < kOperators},
Redirection g_redirections[] = {DREGS_ALLOCATOR_FUNCTIONS(DREGS_REDIRECTION)};
#undef DREGS_REDIRECTION
constexpr std::size_t kFunctionCount = sizeof g_redirections / sizeof *g_redirections;

// Whether functions of an allocator, other than the C library's, lie in the object.
bool is_allocator(const link_map& object) {
    constexpr const char* kMarks[] = {"malloc", "mallocx", "je_malloc", "tc_malloc", "mi_malloc", "scalable_malloc"};
    for (const char* mark : kMarks) {
        if (defines_function(object, mark)) return !defines_function(object, "gnu_get_libc_version");
    }
    return false;
}

bool has_allocator(const link_map* first) {
    for (const link_map* object = first; object; object = object->l_next) {
        if (is_allocator(*object)) return true;
    }
    return false;
}

bool is_behind(const link_map& object, const link_map& own) {
    const link_map* behind = own.l_next;
    while (behind && behind != &object) behind = behind->l_next;
    return behind != nullptr;
}

// Null: nobody defines it, or the program itself, or somebody whose blocks are malloc's.
const void* find_allocators(const char* name, bool is_operator, const link_map* own) {
    const link_map* object = _r_debug.r_map;
    while (object && (object == own || !defines_function(*object, name))) object = object->l_next;
    if (!object || !is_behind(*object, *own) || !is_allocator(*object) ||
        (is_operator && !defines_function(*object, "malloc")))
        return nullptr;
    return find_function(*object, name, nullptr);
}

}  // namespace

void redirect_allocators() {
    const link_map* own = own_object();
    if (!own || !has_allocator(own->l_next)) return;
    for (std::size_t i = 0; i < kAllocatorNames; ++i) g_allocator[i] = find_allocators(kNames[i], i < kOperators, own);
    for (std::size_t i = 0; i < kFunctionCount; ++i) {
        g_redirections[i].from = g_allocator[i];
        if (g_allocator[i]) know_allocator(g_allocator[i]);
    }
    know_own_code(reinterpret_cast<const void*>(&take_heap_block));
    redirect_calls(g_redirections, kFunctionCount);
    for (const Redirection& redirection : g_redirections) {
        if (redirection.from) show_function(*own, redirection.name);
    }
}

}  // namespace dregs
