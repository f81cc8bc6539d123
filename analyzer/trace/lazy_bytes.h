// A zeroed stretch of memory that costs only what is written to it.
//
// Owns an anonymous mapping. A hostile trace may claim a table of gigabytes that is one hole: holding it as zero pages
// costs nothing. Called by RecordArray.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace dregs {

class LazyBytes {
  public:
    LazyBytes() = default;
    // Throws Error when the address space does not hold it.
    explicit LazyBytes(std::size_t bytes);
    ~LazyBytes();
    LazyBytes(LazyBytes&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    LazyBytes& operator=(LazyBytes&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }

    std::uint8_t* data() { return data_; }
    const std::uint8_t* data() const { return data_; }
    std::size_t size() const { return size_; }

  private:
    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace dregs
