#include "adapters/call.h"

namespace dregs::adapters {

__thread Call t_call __attribute__((tls_model("initial-exec")));

}  // namespace dregs::adapters
