// A live block as the trace tells it, and who is told of it.
#pragma once

#include <absl/functional/function_ref.h>

#include <cstdint>

namespace dregs {

struct LiveBlock {
    std::uint64_t address;
    std::uint64_t bytes;
    std::uint32_t stack;  // not yet checked: the stack may be beyond the table, see Trace::has_stack
    std::uint32_t scope;  // the same
    bool pooled;          // of a pool: malloc never saw it
};

using BlockSink = absl::FunctionRef<void(const LiveBlock&)>;

}  // namespace dregs
