// See elf_image.h. open and from_bytes -> adopt, which reads all that is asked often; the rest is read when asked.
#include "analyzer/symbols/elf_image.h"

#include <elfutils/libdwelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "analyzer/files/regular_file.h"
#include "analyzer/symbols/build_id_note.h"
#include "analyzer/symbols/value_at.h"

namespace dregs {
namespace {

// More than any linker writes; a file that claims more is garbled. libelf makes room for all at once.
constexpr std::size_t kMaxSections = 1u << 16;
// More than any file has; what lies beyond so many holes is counted as if there were no more.
constexpr std::size_t kMaxHoles = 1024;
// The longest names of functions that are looked at.
constexpr std::size_t kMaxName = std::size_t{64} << 10;
constexpr std::size_t kMaxSegments = 1u << 16;
// A sum over more bytes takes longer than names are worth: some ten seconds for this many that are no hole.
constexpr std::uint64_t kMaxSummed = std::uint64_t{4} << 30;

std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) ? 0xEDB88320u : 0);
        table[i] = value;
    }
    return table;
}

std::uint32_t crc_of(std::uint32_t crc, const std::uint8_t* bytes, std::size_t size) {
    static const std::array<std::uint32_t, 256> table = make_crc_table();
    for (std::size_t i = 0; i < size; ++i) crc = (crc >> 8) ^ table[(crc ^ bytes[i]) & 0xFF];
    return crc;
}

// What a sum becomes by one step, as a matrix over bits: column i is what bit i alone becomes.
using SumStep = std::array<std::uint32_t, 32>;

std::uint32_t sum_after(const SumStep& step, std::uint32_t sum) {
    std::uint32_t result = 0;
    for (std::size_t i = 0; i < step.size(); ++i) result ^= (sum >> i & 1) ? step[i] : 0;
    return result;
}

SumStep twice(const SumStep& step) {
    SumStep result;
    for (std::size_t i = 0; i < step.size(); ++i) result[i] = sum_after(step, step[i]);
    return result;
}

// As crc_of with so many zeroes, in the time of the number's digits: a hole of gigabytes costs nothing to make.
std::uint32_t crc_of_zeroes(std::uint32_t crc, std::uint64_t count) {
    SumStep step;
    for (std::uint32_t i = 0; i < step.size(); ++i)
        step[i] = crc_of(1u << i, reinterpret_cast<const std::uint8_t*>(""), 1);
    for (; count > 0; count >>= 1, step = twice(step)) {
        if (count & 1) crc = sum_after(step, crc);
    }
    return crc;
}

// Where the next data begins, at or after `offset`; where the file's system knows nothing of holes that is `offset`.
std::uint64_t skip_hole(int fd, std::uint64_t offset, std::uint64_t end) {
    const off_t data = ::lseek(fd, static_cast<off_t>(offset), SEEK_DATA);
    if (data < 0) return errno == ENXIO ? end : offset;
    return std::min(static_cast<std::uint64_t>(data), end);
}

// The bytes of a file that are no hole.
std::uint64_t count_stored(int fd, std::uint64_t size) {
    std::uint64_t stored = 0;
    std::uint64_t at = 0;
    for (std::size_t holes = 0; holes < kMaxHoles && (at = skip_hole(fd, at, size)) < size; ++holes) {
        const off_t hole = ::lseek(fd, static_cast<off_t>(at), SEEK_HOLE);
        const std::uint64_t end = hole < 0 ? size : std::min(static_cast<std::uint64_t>(hole), size);
        stored += end - at;
        at = end;
    }
    return stored + (size - std::min(at, size));
}

// How many sections a file says that it has, before libelf believes it.
std::uint64_t claimed_sections(int fd) {
    Elf64_Ehdr header{};
    Elf64_Shdr first{};
    if (::pread(fd, &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)) return 0;
    if (header.e_shnum != 0 || header.e_shoff == 0) return header.e_shnum;
    const ssize_t got = ::pread(fd, &first, sizeof first, static_cast<off_t>(header.e_shoff));
    return got == static_cast<ssize_t>(sizeof first) ? first.sh_size : 0;
}

std::uint64_t nanoseconds(const timespec& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(time.tv_nsec);
}

void visit_import(Elf* elf, Elf_Data* relocations, Elf_Data* symbols, std::size_t strings, std::size_t index,
                  const std::function<void(std::uint64_t, std::string_view)>& visit) {
    GElf_Rela relocation;
    GElf_Sym symbol;
    if (!gelf_getrela(relocations, static_cast<int>(index), &relocation)) return;
    const std::uint64_t type = GELF_R_TYPE(relocation.r_info);
    if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT) return;
    if (!gelf_getsym(symbols, static_cast<int>(GELF_R_SYM(relocation.r_info)), &symbol)) return;
    const char* name = elf_strptr(elf, strings, symbol.st_name);
    if (name && *name) visit(relocation.r_offset, {name, strnlen(name, kMaxName)});
}

}  // namespace

std::string to_hex(const BuildId& id) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (std::uint8_t byte : id) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

std::shared_ptr<ElfImage> ElfImage::map(const std::string& path) {
    std::shared_ptr<ElfImage> image(new ElfImage);
    image->path_ = path;
    struct stat status {};
    image->fd_ = open_regular_file(path, status);
    if (image->fd_ < 0) return nullptr;
    image->file_bytes_ = static_cast<std::uint64_t>(status.st_size);
    image->file_mtime_ns_ = nanoseconds(status.st_mtim);
    image->stored_bytes_ = count_stored(image->fd_, image->file_bytes_);
    image->key_ = {status.st_dev, status.st_ino};
    if (claimed_sections(image->fd_) > kMaxSections) return nullptr;
    elf_version(EV_CURRENT);
    image->elf_ = elf_begin(image->fd_, ELF_C_READ_MMAP_PRIVATE, nullptr);
    return image->is_elf() ? image : nullptr;
}

std::shared_ptr<ElfImage> ElfImage::open(const std::string& path) { return adopt(map(path)); }

std::shared_ptr<ElfImage> ElfImage::open_part(const std::string& path) {
    std::shared_ptr<ElfImage> image = map(path);
    if (!image || elf_cntl(image->elf_, ELF_C_FDREAD) != 0) return nullptr;
    ::close(image->fd_);
    image->fd_ = -1;
    return image;
}

std::shared_ptr<ElfImage> ElfImage::from_bytes(std::vector<std::uint8_t> bytes) {
    std::shared_ptr<ElfImage> image(new ElfImage);
    image->bytes_ = std::move(bytes);
    image->file_bytes_ = image->bytes_.size();
    elf_version(EV_CURRENT);
    image->elf_ = elf_memory(reinterpret_cast<char*>(image->bytes_.data()), image->bytes_.size());
    return adopt(std::move(image));
}

std::shared_ptr<ElfImage> ElfImage::adopt(std::shared_ptr<ElfImage> image) {
    if (!image || !image->is_elf() || !image->is_module()) return nullptr;
    image->build_id_ = find_build_id(image->elf_);
    image->read_loads();
    image->read_sections();
    if (image->code_.empty()) image->read_segments();
    std::sort(image->code_.begin(), image->code_.end(), [](Span a, Span b) { return a.begin < b.begin; });
    return image;
}

ElfImage::~ElfImage() {
    if (elf_) elf_end(elf_);
    if (fd_ >= 0) ::close(fd_);
}

bool ElfImage::is_elf() const {
    GElf_Ehdr header;
    if (!elf_ || elf_kind(elf_) != ELF_K_ELF || !gelf_getehdr(elf_, &header) || header.e_machine != EM_X86_64)
        return false;
    std::size_t names = 0;
    Elf_Scn* section = elf_getshdrstrndx(elf_, &names) == 0 ? elf_getscn(elf_, names) : nullptr;
    return !section || names == SHN_UNDEF || has_names(section);
}

bool ElfImage::is_module() const {
    GElf_Ehdr header;
    return gelf_getehdr(elf_, &header) && (header.e_type == ET_EXEC || header.e_type == ET_DYN);
}

void ElfImage::read_sections() {
    Elf_Scn* section = nullptr;
    while ((section = elf_nextscn(elf_, section)) != nullptr && sections_.size() < kMaxSections) {
        GElf_Shdr header;
        Span span{0, 0};
        if (gelf_getshdr(section, &header) && (header.sh_flags & SHF_EXECINSTR) && (header.sh_flags & SHF_ALLOC) &&
            header.sh_addr + header.sh_size > header.sh_addr) {
            span = {header.sh_addr, header.sh_addr + header.sh_size};
            code_.push_back(span);
        }
        sections_.resize(std::min(elf_ndxscn(section), kMaxSections) + 1, Span{0, 0});
        sections_.back() = span;
    }
}

void ElfImage::read_segments() {
    std::size_t count = 0;
    if (elf_getphdrnum(elf_, &count) != 0) return;
    for (std::size_t i = 0; i < std::min(count, kMaxSegments); ++i) {
        GElf_Phdr header;
        if (!gelf_getphdr(elf_, static_cast<int>(i), &header)) return;
        if (header.p_type != PT_LOAD || !(header.p_flags & PF_X)) continue;
        if (header.p_vaddr + header.p_memsz > header.p_vaddr)
            code_.push_back({header.p_vaddr, header.p_vaddr + header.p_memsz});
    }
}

void ElfImage::read_loads() {
    std::size_t count = 0;
    if (elf_getphdrnum(elf_, &count) != 0) return;
    for (std::size_t i = 0; i < std::min(count, kMaxSegments); ++i) {
        GElf_Phdr header;
        if (!gelf_getphdr(elf_, static_cast<int>(i), &header)) return;
        if (header.p_type == PT_LOAD && header.p_vaddr + header.p_filesz > header.p_vaddr)
            loads_.push_back({header.p_vaddr, header.p_vaddr + header.p_filesz, header.p_offset});
    }
}

bool ElfImage::pread_all(std::uint64_t offset, std::uint8_t* out, std::size_t bytes) const {
    if (fd_ < 0) {
        if (offset > bytes_.size() || bytes > bytes_.size() - offset) return false;
        return std::copy_n(bytes_.data() + offset, bytes, out), true;
    }
    return ::pread(fd_, out, bytes, static_cast<off_t>(offset)) == static_cast<ssize_t>(bytes);
}

bool ElfImage::read_code(std::uint64_t address, std::uint8_t* out, std::size_t bytes) const {
    for (const Load& load : loads_) {
        if (address < load.begin || address >= load.end || bytes > load.end - address) continue;
        return pread_all(load.offset + (address - load.begin), out, bytes);
    }
    return false;
}

void ElfImage::for_each_import(std::size_t most, ModuleBudget& budget,
                               const std::function<void(std::uint64_t, std::string_view)>& visit) const {
    for (Elf_Scn* section = nullptr; most > 0 && (section = elf_nextscn(elf_, section)) != nullptr;) {
        GElf_Shdr header;
        if (!gelf_getshdr(section, &header) || header.sh_type != SHT_RELA || !(header.sh_flags & SHF_ALLOC)) continue;
        Elf_Scn* symbols = elf_getscn(elf_, header.sh_link);
        GElf_Shdr table;
        if (!symbols || !gelf_getshdr(symbols, &table) || table.sh_type != SHT_DYNSYM) continue;
        budget.reserve(header.sh_size + table.sh_size);  // libelf copies what is not aligned
        Elf_Data* const relocations = elf_getdata(section, nullptr);
        Elf_Data* const names = elf_getdata(symbols, nullptr);
        if (!relocations || !names) continue;
        Elf_Scn* strings = elf_getscn(elf_, table.sh_link);
        if (!strings || !has_names(strings)) continue;
        const std::size_t count = std::min<std::size_t>(relocations->d_size / sizeof(Elf64_Rela), most);
        for (std::size_t i = 0; i < count; ++i) {
            budget.step();
            visit_import(elf_, relocations, names, table.sh_link, i, visit);
        }
        most -= count;
    }
}

bool ElfImage::is_code(std::uint64_t address) const {
    auto after = std::upper_bound(code_.begin(), code_.end(), address,
                                  [](std::uint64_t a, const Span& span) { return a < span.begin; });
    return after != code_.begin() && address < (after - 1)->end;
}

bool ElfImage::code_section(std::size_t index, std::uint64_t& begin, std::uint64_t& end) const {
    if (index >= sections_.size() || sections_[index].end == 0) return false;
    begin = sections_[index].begin;
    end = sections_[index].end;
    return true;
}

std::string_view ElfImage::section_bytes(std::string_view name) const {
    Elf_Scn* section = find_section(name);
    return section ? raw_bytes(section) : std::string_view();
}

std::string_view ElfImage::unpacked_bytes(std::string_view name) {
    Elf_Scn* section = find_section(name);
    if (!section || (is_packed(section) && elf_compress(section, 0, 0) < 0)) return {};
    return data_bytes(section);
}

ElfImage::DebugLink ElfImage::debug_link() const {
    DebugLink link;
    GElf_Word crc = 0;
    const char* name = dwelf_elf_gnu_debuglink(elf_, &crc);
    if (name && *name && strnlen(name, PATH_MAX) < PATH_MAX) link = {name, crc};
    return link;
}

std::optional<std::uint32_t> ElfImage::crc() const {
    if (file_bytes_ > kMaxSummed) return std::nullopt;
    std::vector<std::uint8_t> buffer(1u << 20);
    std::uint32_t crc = 0xFFFFFFFFu;
    for (std::uint64_t offset = 0; offset < file_bytes_;) {
        const std::uint64_t data = skip_hole(fd_, offset, file_bytes_);
        crc = crc_of_zeroes(crc, data - offset);
        offset = data;
        const std::size_t most = std::min<std::uint64_t>(buffer.size(), file_bytes_ - offset);
        const ssize_t got = pread(fd_, buffer.data(), most, static_cast<off_t>(offset));
        if (got < 0 || (got == 0 && most > 0)) return std::nullopt;
        crc = crc_of(crc, buffer.data(), static_cast<std::size_t>(got));
        offset += static_cast<std::uint64_t>(got);
    }
    return ~crc;
}

}  // namespace dregs
