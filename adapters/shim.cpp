#include "adapters/shim.h"

#include <dlfcn.h>

#include <cerrno>

namespace dregs::adapters {

constinit const dregs_api g_unknown_shim{};
constinit const dregs_api* g_shim = &g_unknown_shim;

ADAPTER_COLD const dregs_api* look_up_shim() {
    const int saved = errno;
    using Getter = const dregs_api* (*)();
    const auto get = reinterpret_cast<Getter>(dlsym(RTLD_DEFAULT, "dregs_api_v1"));
    const dregs_api* found = get ? get() : nullptr;
    if (!get) {  // the failed look-up is ours: leave no message for the program to find, and no block of it
        (void)dlerror();
        (void)dlerror();
    }
    if (found && found->bytes < sizeof(dregs_api)) found = nullptr;
    __atomic_store_n(&g_shim, found, __ATOMIC_RELEASE);
    errno = saved;
    return found;
}

}  // namespace dregs::adapters
