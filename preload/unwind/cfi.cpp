// .eh_frame_hdr and .eh_frame (Linux Standard Base, "Exception frames"). See cfi.h.
//
//   find_description ─▶ read_index ─▶ search_table (usual) | scan_records (the linker made no table)
//                                        └▶ read_description ─▶ read_record, read_cie, read_fde
#include "preload/unwind/cfi.h"

#include "preload/unwind/dwarf_cursor.h"
#include "preload/unwind/readable_pages.h"

namespace dregs {

bool CodeImage::holds(std::uintptr_t address, std::size_t bytes) const {
    if (address < begin || address > end || end - address < bytes) return false;
    return pages == nullptr || pages->holds_of_object(address, bytes);
}

namespace {

constexpr std::uint64_t kMaxRecordBytes = std::uint64_t{16} << 20;
constexpr std::size_t kMaxIndexHeaderBytes = 20;

std::uintptr_t address_of(const std::uint8_t* at) { return reinterpret_cast<std::uintptr_t>(at); }
const std::uint8_t* bytes_at(std::uintptr_t address) { return reinterpret_cast<const std::uint8_t*>(address); }

// What .eh_frame_hdr says. `entry_bytes` is 0 where there is no table to search.
struct Index {
    std::uintptr_t records;
    std::uintptr_t table;
    std::uint64_t entries;
    std::size_t entry_bytes;
    std::uint8_t table_encoding;
};

std::size_t encoded_bytes(std::uint8_t encoding) {
    switch (encoding & kEncodingFormatMask) {
        case kEncodingU16:
        case kEncodingS16:
            return 2;
        case kEncodingU32:
        case kEncodingS32:
            return 4;
        case kEncodingAbsolute:
        case kEncodingU64:
        case kEncodingS64:
            return 8;
        default:
            return 0;
    }
}

bool read_index(const CodeImage& image, Index* index) {
    const std::uintptr_t begin = address_of(image.eh_frame_hdr);
    if (begin < image.begin || begin >= image.end) return false;
    const std::size_t rest = image.end - begin;
    const std::size_t bytes = rest < kMaxIndexHeaderBytes ? rest : kMaxIndexHeaderBytes;
    if (!image.holds(begin, bytes)) return false;

    DwarfCursor cursor(image.eh_frame_hdr, image.eh_frame_hdr + bytes);
    const std::uint8_t version = cursor.u8();
    const std::uint8_t records_encoding = cursor.u8();
    const std::uint8_t count_encoding = cursor.u8();
    index->table_encoding = cursor.u8();
    index->records = cursor.encoded(records_encoding, begin);
    index->entries = cursor.encoded(count_encoding, begin);
    index->table = address_of(cursor.at());
    if (version != 1 || cursor.failed()) return false;
    const bool no_table = count_encoding == kEncodingOmit || index->table_encoding == kEncodingOmit;
    index->entry_bytes = no_table ? 0 : 2 * encoded_bytes(index->table_encoding);
    return true;
}

// The body of a CIE or FDE: what follows its length. `id` is 0 for a CIE; else the CIE begins `id` before the id field.
struct Record {
    std::uintptr_t id_address;
    std::uint32_t id;
    const std::uint8_t* begin;
    const std::uint8_t* end;
};

bool read_record(const CodeImage& image, std::uintptr_t address, Record* record) {
    constexpr std::uint32_t kLongLength = 0xFFFFFFFF;
    if (!image.holds(address, sizeof(std::uint32_t))) return false;
    DwarfCursor cursor(bytes_at(address), bytes_at(address) + sizeof(std::uint32_t));
    std::uint64_t bytes = cursor.u32();
    std::uintptr_t body = address + sizeof(std::uint32_t);
    if (bytes == kLongLength) {
        if (!image.holds(body, sizeof(std::uint64_t))) return false;
        bytes = DwarfCursor(bytes_at(body), bytes_at(body) + sizeof(std::uint64_t)).u64();
        body += sizeof(std::uint64_t);
    }
    if (bytes < sizeof(record->id) || bytes > kMaxRecordBytes || !image.holds(body, bytes)) return false;
    DwarfCursor id(bytes_at(body), bytes_at(body) + bytes);
    record->id_address = body;
    record->id = id.u32();
    record->begin = id.at();
    record->end = bytes_at(body) + bytes;
    return true;
}

// The letters after 'z', each with its data. `text` is NUL-terminated within the record: it was stepped over before.
bool read_augmentation(const char* text, DwarfCursor& cursor, FrameDescription* frame) {
    for (; *text != '\0'; ++text) {
        switch (*text) {
            case 'L':
                cursor.u8();
                break;
            case 'P':
                cursor.encoded(cursor.u8() & std::uint8_t{0x7F}, 0);
                break;
            case 'R':
                frame->pointer_encoding = cursor.u8();
                break;
            case 'S':
                frame->signal_frame = true;
                break;
            default:
                return true;  // the length given after 'z' allows to skip what is not known
        }
    }
    return !cursor.failed();
}

bool read_cie(const Record& record, FrameDescription* frame, bool* has_augmentation_data) {
    DwarfCursor cursor(record.begin, record.end);
    const std::uint8_t version = cursor.u8();
    const auto* text = reinterpret_cast<const char*>(cursor.at());
    cursor.skip_string();
    if (cursor.failed() || (version != 1 && version != 3 && version != 4)) return false;
    if (text[0] == 'e' && text[1] == 'h') cursor.skip(sizeof(void*));  // gcc before 3
    if (version == 4) cursor.skip(2);                                  // sizes of an address and a segment
    frame->code_alignment = cursor.uleb();
    frame->data_alignment = cursor.sleb();
    frame->return_register = version == 1 ? cursor.u8() : static_cast<std::uint8_t>(cursor.uleb());
    frame->pointer_encoding = kEncodingAbsolute;
    frame->signal_frame = false;
    *has_augmentation_data = text[0] == 'z';
    if (*has_augmentation_data) {
        const std::uint64_t bytes = cursor.uleb();
        DwarfCursor data = cursor;
        cursor.skip(bytes);
        if (cursor.failed() || !read_augmentation(text + 1, data, frame)) return false;
    }
    frame->initial = cursor.at();
    frame->initial_end = record.end;
    return !cursor.failed();
}

bool read_fde(const Record& record, bool has_augmentation_data, FrameDescription* frame) {
    DwarfCursor cursor(record.begin, record.end);
    frame->pc_begin = cursor.encoded(frame->pointer_encoding, 0);
    const std::uint64_t length = cursor.encoded(frame->pointer_encoding & kEncodingFormatMask, 0);
    frame->pc_end = frame->pc_begin + length;
    if (has_augmentation_data) cursor.skip(cursor.uleb());
    frame->program = cursor.at();
    frame->program_end = record.end;
    return !cursor.failed() && frame->pc_end > frame->pc_begin;
}

bool read_description(const CodeImage& image, const Record& fde, FrameDescription* frame) {
    Record cie;
    bool has_augmentation_data = false;
    if (fde.id == 0 || !read_record(image, fde.id_address - fde.id, &cie) || cie.id != 0) return false;
    return read_cie(cie, frame, &has_augmentation_data) && read_fde(fde, has_augmentation_data, frame);
}

bool covers(const FrameDescription& frame, std::uintptr_t pc) { return pc >= frame.pc_begin && pc < frame.pc_end; }

// Address of the FDE that may cover `pc`: of the last entry that does not begin after it. 0: none.
std::uintptr_t search_table(const CodeImage& image, const Index& index, std::uintptr_t pc) {
    const std::uintptr_t base = address_of(image.eh_frame_hdr);
    std::uint64_t low = 0;
    std::uint64_t high = index.entries;
    if (index.table > image.end || high > (image.end - index.table) / index.entry_bytes) return 0;
    std::uintptr_t found = 0;
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        const std::uintptr_t entry = index.table + middle * index.entry_bytes;
        if (!image.holds(entry, index.entry_bytes)) return 0;
        DwarfCursor cursor(bytes_at(entry), bytes_at(entry) + index.entry_bytes);
        if (cursor.encoded(index.table_encoding, base) <= pc) {
            found = cursor.encoded(index.table_encoding, base);
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return found;
}

bool scan_records(const CodeImage& image, std::uintptr_t address, std::uintptr_t pc, FrameDescription* frame) {
    Record record;
    while (read_record(image, address, &record)) {
        if (read_description(image, record, frame) && covers(*frame, pc)) return true;
        address = address_of(record.end);
    }
    return false;
}

}  // namespace

bool find_description(const CodeImage& image, std::uintptr_t pc, FrameDescription* frame) {
    Index index;
    if (image.eh_frame_hdr == nullptr || !read_index(image, &index)) return false;
    if (index.entry_bytes == 0) return scan_records(image, index.records, pc, frame);
    Record record;
    const std::uintptr_t fde = search_table(image, index, pc);
    return fde != 0 && read_record(image, fde, &record) && read_description(image, record, frame) && covers(*frame, pc);
}

}  // namespace dregs
