// Encoded pointers of .eh_frame and .eh_frame_hdr. See dwarf_cursor.h.
#include "preload/unwind/dwarf_cursor.h"

namespace dregs {
namespace {

std::uint64_t read_format(DwarfCursor& cursor, std::uint8_t format) {
    switch (format) {
        case kEncodingAbsolute:
        case kEncodingU64:
        case kEncodingS64:
            return cursor.u64();
        case kEncodingUleb:
            return cursor.uleb();
        case kEncodingSleb:
            return static_cast<std::uint64_t>(cursor.sleb());
        case kEncodingU16:
            return cursor.u16();
        case kEncodingU32:
            return cursor.u32();
        case kEncodingS16:
            return static_cast<std::uint64_t>(std::int64_t{cursor.read<std::int16_t>()});
        case kEncodingS32:
            return static_cast<std::uint64_t>(std::int64_t{cursor.read<std::int32_t>()});
        default:
            cursor.fail();
            return 0;
    }
}

}  // namespace

std::uint64_t DwarfCursor::encoded(std::uint8_t encoding, std::uint64_t data_base) {
    if (encoding == kEncodingOmit) return 0;
    const std::uint8_t application = encoding & kEncodingApplicationMask;
    if (application == kEncodingAligned) skip(-reinterpret_cast<std::uintptr_t>(at_) & 7);
    const std::uint64_t here = reinterpret_cast<std::uintptr_t>(at_);
    const std::uint64_t value = read_format(*this, encoding & kEncodingFormatMask);
    switch (application) {
        case 0:
        case kEncodingAligned:
            return value;
        case kEncodingPcRelative:
            return value == 0 ? 0 : value + here;
        case kEncodingDataRelative:
            return value + data_base;
        default:
            failed_ = true;
            return 0;
    }
}

}  // namespace dregs
