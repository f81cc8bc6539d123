// See build_id_note.h.
#include "analyzer/symbols/build_id_note.h"

#include <algorithm>
#include <string_view>

#include "analyzer/symbols/elf_sections.h"
#include "analyzer/symbols/value_at.h"

namespace dregs {
namespace {

constexpr std::size_t kMostSegments = 1u << 16;
// Of notes, in all; a module has some hundred bytes of them.
constexpr std::size_t kMostBytes = std::size_t{4} << 20;
constexpr std::size_t kMostOfId = 64;
constexpr std::size_t kNoteHeader = 12;  // length of the name, length of what it says, type

class NoteSearch {
  public:
    // Whether to look on.
    bool add(std::string_view notes, std::uint64_t alignment);
    std::vector<std::uint8_t> id;

  private:
    std::size_t left_ = kMostBytes;
};

std::size_t aligned(std::uint64_t offset, std::uint64_t alignment) {
    const std::uint64_t unit = alignment == 8 ? 8 : 4;
    return (offset + unit - 1) / unit * unit;
}

bool NoteSearch::add(std::string_view notes, std::uint64_t alignment) {
    notes = notes.substr(0, left_);
    left_ -= notes.size();
    for (std::uint64_t at = 0; at + kNoteHeader <= notes.size();) {
        const auto name = value_at<std::uint32_t>(notes, at);
        const auto size = value_at<std::uint32_t>(notes, at + 4);
        const auto type = value_at<std::uint32_t>(notes, at + 8);
        const std::uint64_t text = aligned(at + kNoteHeader + name, alignment);
        if (text > notes.size() || size > notes.size() - text) break;
        const bool found =
            type == NT_GNU_BUILD_ID && notes.substr(at + kNoteHeader, name) == std::string_view("GNU", 4);
        if (found && size > 0 && size <= kMostOfId) id.assign(notes.begin() + text, notes.begin() + text + size);
        if (found) return false;
        at = aligned(text + size, alignment);
    }
    return left_ > 0;
}

std::string_view bytes_of(Elf* elf, const GElf_Phdr& segment) {
    std::size_t size = 0;
    const char* file = elf_rawfile(elf, &size);
    if (!file || segment.p_offset > size || segment.p_filesz > size - segment.p_offset) return {};
    return {file + segment.p_offset, segment.p_filesz};
}

void look_in_segments(Elf* elf, NoteSearch& search) {
    std::size_t count = 0;
    GElf_Phdr segment;
    if (elf_getphdrnum(elf, &count) != 0) return;
    for (std::size_t i = 0; i < std::min(count, kMostSegments) && gelf_getphdr(elf, static_cast<int>(i), &segment); ++i)
        if (segment.p_type == PT_NOTE && !search.add(bytes_of(elf, segment), segment.p_align)) return;
}

}  // namespace

std::vector<std::uint8_t> find_build_id(Elf* elf) {
    NoteSearch search;
    Elf_Scn* section = elf_nextscn(elf, nullptr);
    if (!section) look_in_segments(elf, search);
    for (; section; section = elf_nextscn(elf, section)) {
        GElf_Shdr header;
        if (!gelf_getshdr(section, &header) || header.sh_type != SHT_NOTE) continue;
        if (!search.add(raw_bytes(section), header.sh_addralign)) break;
    }
    return std::move(search.id);
}

}  // namespace dregs
