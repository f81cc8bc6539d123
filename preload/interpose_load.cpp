// What happens when the program has been loaded, before any code of its libraries runs (-z initfirst).
#include "preload/interpose_allocators.h"
#include "preload/lifecycle.h"
#include "preload/system/guard.h"
#include "preload/system/real.h"

namespace {

__attribute__((constructor)) void on_load() {
    const dregs::KeepErrno keep_errno;
    if (dregs::has_sanitizer()) return;
    dregs::claim_memory();
    if (!dregs::real_ready()) return;
    dregs::note_foreign_malloc();
    dregs::redirect_allocators();
}

}  // namespace
