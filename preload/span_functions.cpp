// Which function a call goes on to, of those that begin and end scopes: exported for the span library, which has one of
// its own in front of each (include/dregs/span_table.h).
//
// What is there when the library is loaded never goes away: it is looked up once. What comes by dlopen may be seen by
// its caller only, and may go again, so it is looked up at each call, as the caller would find it.
#include <dlfcn.h>
#include <link.h>

#include "dregs/span_table.h"
#include "preload/system/attributes.h"
#include "preload/system/guard.h"
#include "preload/system/real.h"
#include "preload/unwind/unwind.h"

namespace {

const char* name_of(const dregs_span& span) { return reinterpret_cast<const char*>(&span.name) + span.name; }

// What a look-up in vain left for the program to find; the second call gives the text back.
void forget_message() {
    (void)dlerror();
    (void)dlerror();
}

void* find_through(std::uintptr_t caller, const char* name) {
    dregs::LoadedObject object{};
    if (!dregs::real_ready() || !dregs::g_real.dlopen || !dregs::find_object(caller, &object) || !object.link_map)
        return nullptr;
    const char* path = object.link_map->l_name;
    void* module = path && *path ? dregs::g_real.dlopen(path, RTLD_LAZY | RTLD_NOLOAD) : nullptr;
    if (!module) return nullptr;
    void* found = dlsym(module, name);
    dlclose(module);  // its caller keeps it
    return found;
}

}  // namespace

extern "C" {

DREGS_EXPORT void dregs_span_start(struct dregs_span* spans, uint32_t count, dregs_span_next next) {
    const dregs::KeepErrno keep_errno;
    bool missed = false;
    for (std::uint32_t i = 0; i < count; ++i) {
        const void* real = next(RTLD_NEXT, name_of(spans[i]));
        missed = missed || !real;
        __atomic_store_n(&spans[i].real, real, __ATOMIC_RELEASE);
        dregs_span_known(&spans[i]);  // so that a kind of which no instance ever begins is in the trace, too
    }
    if (missed) forget_message();
}

DREGS_EXPORT const void* dregs_span_find(const struct dregs_span* span, const uintptr_t* frame, dregs_span_next next) {
    const dregs::KeepErrno keep_errno;
    const void* found = next(RTLD_NEXT, name_of(*span));
    if (found) return found;
    found = find_through(frame[1], name_of(*span));
    forget_message();
    return found;
}

}  // extern "C"
