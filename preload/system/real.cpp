#include "preload/system/real.h"

#include <dlfcn.h>
#include <link.h>

#include "preload/system/attributes.h"
#include "preload/system/defined_symbol.h"

namespace dregs {

RealFunctions g_real;

namespace {

DREGS_THREAD bool t_resolving;

// The loader relocates one library after the other, and an IFUNC resolver that it calls in between may allocate. Until
// our own turn has come no function can be called and no thread-local variable be found. A pointer to ourselves tells:
// the loader sets it with the first relocations of all.
const void* volatile g_self = &g_real;

bool is_relocated() { return g_self == &g_real; }

void* find_next(const char* name, const char* version) {
    const link_map* object = version ? own_object() : nullptr;
    while (object && (object = object->l_next) != nullptr) {
        if (void* found = find_function(*object, name, version)) return found;
    }
    return dlsym(RTLD_NEXT, name);
}

}  // namespace

bool detail::g_real_resolved;
extern "C" {
decltype(dregs_next_syscall) dregs_next_syscall;
}

void* find_loader_function(const char* name) { return is_relocated() ? dlsym(RTLD_NEXT, name) : nullptr; }

// Threads may come here together: all find the same.
DREGS_COLD bool resolve_real() {
    if (!is_relocated() || t_resolving) return false;
    t_resolving = true;
    RealFunctions found{};
#define DREGS_RESOLVE(name, result, parameters, version) \
    found.name = reinterpret_cast<result(*) parameters>(find_next(#name, version));
    DREGS_REAL_FUNCTIONS(DREGS_RESOLVE)
#undef DREGS_RESOLVE
    g_real = found;
    __atomic_store_n(&dregs_next_syscall, found.syscall, __ATOMIC_RELEASE);
    __atomic_store_n(&detail::g_real_resolved, true, __ATOMIC_RELEASE);
    t_resolving = false;
    return true;
}

}  // namespace dregs
