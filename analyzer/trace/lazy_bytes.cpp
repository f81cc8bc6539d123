// See lazy_bytes.h.
#include "analyzer/trace/lazy_bytes.h"

#include <absl/strings/str_cat.h>
#include <sys/mman.h>

#include "analyzer/trace/error.h"

namespace dregs {

LazyBytes::LazyBytes(std::size_t bytes) : size_(bytes) {
    if (bytes == 0) return;
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw Error(absl::StrCat("out of memory: a table of ", bytes, " bytes does not fit"));
    data_ = static_cast<std::uint8_t*>(memory);
}

LazyBytes::~LazyBytes() {
    if (data_) ::munmap(data_, size_);
}

}  // namespace dregs
