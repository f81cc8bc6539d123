// A bounds-checked reader of DWARF's encodings in mapped memory.
//
// Owns: the only code that takes bytes of a module's unwind sections apart. Reads nothing outside [begin, end): past
// the end it yields zero and remembers that it failed, so that a caller may check once after many reads. Trusts nobody.
// Called by cfi.cpp, cfi_program.cpp and dwarf_expression.cpp.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dregs {

class DwarfCursor {
  public:
    DwarfCursor(const std::uint8_t* begin, const std::uint8_t* end) : at_(begin), end_(end), failed_(begin > end) {}

    const std::uint8_t* at() const { return at_; }
    std::size_t left() const { return failed_ ? 0 : static_cast<std::size_t>(end_ - at_); }
    bool done() const { return failed_ || at_ == end_; }
    bool failed() const { return failed_; }
    void fail() { failed_ = true; }

    template <class T>
    T read() {
        T value{};
        if (left() < sizeof(T)) {
            failed_ = true;
            return value;
        }
        __builtin_memcpy(&value, at_, sizeof(T));
        at_ += sizeof(T);
        return value;
    }

    std::uint8_t u8() { return read<std::uint8_t>(); }
    std::uint16_t u16() { return read<std::uint16_t>(); }
    std::uint32_t u32() { return read<std::uint32_t>(); }
    std::uint64_t u64() { return read<std::uint64_t>(); }

    void skip(std::uint64_t bytes) {
        if (left() < bytes) {
            failed_ = true;
        } else {
            at_ += bytes;
        }
    }

    // Moves by a signed distance within [begin, end), as branches of an expression do.
    void branch(const std::uint8_t* begin, std::int64_t distance) {
        const std::int64_t target = (at_ - begin) + distance;
        if (failed_ || target < 0 || target > end_ - begin) {
            failed_ = true;
        } else {
            at_ = begin + target;
        }
    }

    std::uint64_t uleb() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; !failed_; shift += 7) {
            const std::uint8_t byte = u8();
            if (shift < 64) value |= std::uint64_t{byte & 0x7Fu} << shift;
            if ((byte & 0x80) == 0) break;
        }
        return value;
    }

    std::int64_t sleb() {
        std::uint64_t value = 0;
        unsigned shift = 0;
        std::uint8_t byte = 0x80;
        while (!failed_ && (byte & 0x80) != 0) {
            byte = u8();
            if (shift < 64) value |= std::uint64_t{byte & 0x7Fu} << shift;
            shift += 7;
        }
        if (shift < 64 && (byte & 0x40) != 0) value |= ~std::uint64_t{0} << shift;
        return static_cast<std::int64_t>(value);
    }

    // Whether there is a terminating NUL within bounds; steps over it.
    void skip_string() {
        while (u8() != 0 && !failed_) {
        }
    }

    // A value in one of the DW_EH_PE_ encodings of the Linux Standard Base. `data_base` is what "datarel" counts from.
    // Indirect pointers are not followed: nothing that unwinding needs is one.
    std::uint64_t encoded(std::uint8_t encoding, std::uint64_t data_base);

  private:
    const std::uint8_t* at_;
    const std::uint8_t* end_;
    bool failed_;
};

enum PointerEncoding : std::uint8_t {
    kEncodingAbsolute = 0x00,  // formats: the low four bits
    kEncodingUleb = 0x01,
    kEncodingU16 = 0x02,
    kEncodingU32 = 0x03,
    kEncodingU64 = 0x04,
    kEncodingSleb = 0x09,
    kEncodingS16 = 0x0A,
    kEncodingS32 = 0x0B,
    kEncodingS64 = 0x0C,
    kEncodingPcRelative = 0x10,  // applications: the next three bits
    kEncodingDataRelative = 0x30,
    kEncodingAligned = 0x50,
    kEncodingIndirect = 0x80,
    kEncodingOmit = 0xFF,
};
inline constexpr std::uint8_t kEncodingFormatMask = 0x0F;
inline constexpr std::uint8_t kEncodingApplicationMask = 0x70;

}  // namespace dregs
