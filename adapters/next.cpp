#include "adapters/next.h"

#include <dlfcn.h>
#include <link.h>

#include <cerrno>

namespace dregs::adapters {
namespace {

// What a failed look-up of ours left for the program to find.
void forget_message() {
    (void)dlerror();
    (void)dlerror();
}

}  // namespace

ADAPTER_COLD void* find_next(const char* name) {
    const int saved = errno;
    void* found = dlsym(RTLD_NEXT, name);
    if (!found) forget_message();
    errno = saved;
    return found;
}

ADAPTER_COLD void* find_through(std::uintptr_t caller, const char* name, const void* own) {
    const int saved = errno;
    void* found = dlsym(RTLD_NEXT, name);
    dl_find_object object{};
    if (!found && _dl_find_object(reinterpret_cast<void*>(caller), &object) == 0 && object.dlfo_link_map &&
        object.dlfo_link_map->l_name[0]) {
        void* module = dlopen(object.dlfo_link_map->l_name, RTLD_LAZY | RTLD_NOLOAD);
        if (module) {
            found = dlsym(module, name);
            dlclose(module);  // its caller keeps it
        }
    }
    if (!found) forget_message();
    errno = saved;
    return found == own ? nullptr : found;
}

}  // namespace dregs::adapters
