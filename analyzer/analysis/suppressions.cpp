// See suppressions.h.
#include "analyzer/analysis/suppressions.h"

namespace dregs {
namespace {

// Only names that the C library exports: the same count with and without its debug information. A stream that the
// program leaks is still seen by the block of the stream itself.
constexpr char kBuiltIn[] =
    "libc.so*:_IO_file_doallocate\n"
    "libc.so*:_IO_wfile_doallocate\n";

}  // namespace

Suppressions::Suppressions() : Suppressions(WrapperList(std::string_view(kBuiltIn))) {}

Suppressions Suppressions::none() { return Suppressions(WrapperList(std::string_view())); }

}  // namespace dregs
