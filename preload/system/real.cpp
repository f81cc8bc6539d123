#include "preload/system/real.h"

#include <dlfcn.h>

#include "preload/system/attributes.h"

namespace dregs {
namespace {

DREGS_THREAD bool t_resolving;

}  // namespace

RealFunctions g_real;
bool detail::g_real_resolved;

// Threads may come here together: all find the same.
DREGS_COLD bool resolve_real() {
    if (t_resolving) return false;
    t_resolving = true;
    RealFunctions found{};
#define DREGS_RESOLVE(name, result, parameters) \
    found.name = reinterpret_cast<result(*) parameters>(dlsym(RTLD_NEXT, #name));
    DREGS_REAL_FUNCTIONS(DREGS_RESOLVE)
#undef DREGS_RESOLVE
    g_real = found;
    __atomic_store_n(&detail::g_real_resolved, true, __ATOMIC_RELEASE);
    t_resolving = false;
    return true;
}

}  // namespace dregs
