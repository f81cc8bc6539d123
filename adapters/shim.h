// The shim behind an adapter: its table of calls, looked up once.
//
// Null where libdregs.so is not preloaded or too old: an adapter then passes every call on as it came. It cannot come
// later, so the answer holds for the life of the process.
#pragma once

#include "adapters/attributes.h"

namespace dregs::adapters {

const dregs_api* look_up_shim();
extern const dregs_api g_unknown_shim;
extern const dregs_api* g_shim;

ADAPTER_INLINE const dregs_api* shim() {
    const dregs_api* known = __atomic_load_n(&g_shim, __ATOMIC_ACQUIRE);
    return ADAPTER_LIKELY(known != &g_unknown_shim) ? known : look_up_shim();
}

}  // namespace dregs::adapters
