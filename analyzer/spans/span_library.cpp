// See span_library.h.
//
//   page 0 ..   headers, symbols, names, unwind information     read only
//   then        span_code, one entry for each function          executable
//   then        dregs_span_header, spans, actions, dynamic      writable
//
// It needs no library and has no versions: what it asks for by name is there in every process that preloads it, or is
// a weak symbol.
#include "analyzer/spans/span_library.h"

#include <absl/strings/str_cat.h>
#include <elf.h>

#include <array>
#include <map>

#include "analyzer/spans/byte_string.h"
#include "analyzer/spans/span_code.h"
#include "analyzer/spans/span_frames.h"
#include "analyzer/trace/error.h"
#include "dregs/span_table.h"

namespace dregs {
namespace {

constexpr std::size_t kMostFunctions = 256;
constexpr std::size_t kPage = 4096;
constexpr std::size_t kEntryBytes = 16;
constexpr std::size_t kHeaders = 6;

// In the order of dregs_span_header. dlsym is the C library's, the others are the shim's.
constexpr std::array<const char*, 4> kImports{"dregs_span_crossed", "dregs_span_start", "dregs_span_find", "dlsym"};
constexpr std::size_t kFirstFunction = 1 + kImports.size();

std::uint64_t page_after(std::uint64_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

// Names, each once.
class Names {
  public:
    Names() { append_text(bytes_, ""); }
    std::uint32_t add(const std::string& name) {
        const auto [place, is_new] = places_.emplace(name, static_cast<std::uint32_t>(bytes_.size()));
        if (is_new) append_text(bytes_, name);
        return place->second;
    }
    const std::string& bytes() const { return bytes_; }

  private:
    std::string bytes_;
    std::map<std::string, std::uint32_t> places_;
};

std::uint32_t hash_of(std::string_view name) {
    std::uint32_t hash = 0;
    for (const char c : name) {
        hash = (hash << 4) + static_cast<unsigned char>(c);
        hash = (hash ^ (hash & 0xF0000000) >> 24) & 0x0FFFFFFF;
    }
    return hash;
}

class Library {
  public:
    explicit Library(const std::vector<SpanFunction>& functions) : functions_(functions) {}
    std::string make();

  private:
    void plan_data();
    void add_symbol(const std::string& name, unsigned char binding, std::uint64_t value);
    void add_symbols();
    void add_hash_table();
    void add_relocations();
    void add_frames();
    void add_code();
    void add_header();
    void add_spans();
    void add_dynamic();
    void add_file_header();
    std::uint64_t entry(std::size_t i) const { return code_ + span_code::bytes().size() + i * kEntryBytes; }
    std::uint64_t span(std::size_t i) const { return data_ + sizeof(dregs_span_header) + i * sizeof(dregs_span); }

    const std::vector<SpanFunction>& functions_;
    Names names_;
    std::string file_;
    std::vector<std::string> symbol_names_{""};
    // Where things are, in the file as in memory.
    std::uint64_t symbols_ = 0, strings_ = 0, hash_ = 0, relocations_ = 0, frames_ = 0, index_ = 0, read_only_end_ = 0;
    std::uint64_t code_ = 0, code_bytes_ = 0, data_ = 0, dynamic_ = 0;
};

// What the read-only part takes has to be known before its symbols can be written: they name places behind it.
void Library::plan_data() {
    for (const char* name : kImports) names_.add(name);
    for (const SpanFunction& function : functions_) {
        names_.add(function.name);
        for (const SpanAction& action : function.actions) names_.add(action.kind);
    }
    const std::size_t symbols = kFirstFunction + functions_.size();
    symbols_ = sizeof(Elf64_Ehdr) + kHeaders * sizeof(Elf64_Phdr);
    const std::uint64_t enough = symbols_ + symbols * (sizeof(Elf64_Sym) + 2 * sizeof(std::uint32_t)) +
                                 names_.bytes().size() + kImports.size() * sizeof(Elf64_Rela) + kPage / 2;
    code_ = page_after(enough);
    code_bytes_ = span_code::bytes().size() + functions_.size() * kEntryBytes;
    data_ = page_after(code_ + code_bytes_);
}

void Library::add_symbol(const std::string& name, unsigned char binding, std::uint64_t value) {
    Elf64_Sym symbol{};
    symbol.st_name = names_.add(name);
    symbol.st_info = static_cast<unsigned char>(ELF64_ST_INFO(binding, value == 0 ? STT_NOTYPE : STT_FUNC));
    symbol.st_shndx = value == 0 ? SHN_UNDEF : 1;  // there are no sections: any number says "here"
    symbol.st_value = value;
    symbol.st_size = value == 0 ? 0 : kEntryBytes;
    append_value(file_, symbol);
    symbol_names_.push_back(name);
}

void Library::add_symbols() {
    append_value(file_, Elf64_Sym{});
    for (const char* name : kImports) add_symbol(name, name == kImports.back() ? STB_GLOBAL : STB_WEAK, 0);
    for (std::size_t i = 0; i < functions_.size(); ++i) add_symbol(functions_[i].name, STB_GLOBAL, entry(i));
    strings_ = file_.size();
    file_ += names_.bytes();
    align_to(file_, 8);
}

void Library::add_hash_table() {
    hash_ = file_.size();
    const auto count = static_cast<std::uint32_t>(symbol_names_.size());
    std::vector<std::uint32_t> buckets(count), chain(count);
    for (std::uint32_t i = 1; i < count; ++i) {
        std::uint32_t& bucket = buckets[hash_of(symbol_names_[i]) % count];
        chain[i] = bucket;
        bucket = i;
    }
    append_value(file_, count);
    append_value(file_, count);
    for (const std::uint32_t value : buckets) append_value(file_, value);
    for (const std::uint32_t value : chain) append_value(file_, value);
    align_to(file_, 8);
}

void Library::add_relocations() {
    relocations_ = file_.size();
    for (std::size_t i = 0; i < kImports.size(); ++i) {
        append_value(file_, Elf64_Rela{data_ + i * sizeof(void*), ELF64_R_INFO(i + 1, R_X86_64_GLOB_DAT), 0});
    }
}

void Library::add_frames() {
    frames_ = file_.size();
    const SpanFrames made = make_span_frames(frames_, code_, code_bytes_);
    index_ = frames_ + made.frames.size();
    file_ += made.frames + made.index;
    read_only_end_ = file_.size();
    if (read_only_end_ > code_) throw Error("run: --scope: the library does not fit its plan");
}

void Library::add_code() {
    file_.resize(code_);
    const auto fixed = span_code::bytes();
    file_.append(reinterpret_cast<const char*>(fixed.data()), fixed.size());
    for (const std::size_t reference : span_code::header_references())
        patch_value(file_, code_ + reference, distance(code_ + reference + 4, data_));
    for (std::size_t i = 0; i < functions_.size(); ++i) {
        file_.append(
            "\xF3\x0F\x1E\xFA"  // endbr64
            "\x4C\x8D\x1D",
            7);  // leaq span(%rip), %r11
        append_value(file_, distance(entry(i) + 11, span(i)));
        file_.push_back('\xE9');  // jmp cross
        append_value(file_, distance(entry(i) + 16, code_ + span_code::cross()));
    }
}

void Library::add_header() {
    dregs_span_header header{};
    header.span_count = static_cast<std::uint32_t>(functions_.size());
    file_.resize(data_);
    append_value(file_, header);
}

void Library::add_spans() {
    std::uint64_t action_at = span(functions_.size());
    for (std::size_t i = 0; i < functions_.size(); ++i) {
        const SpanFunction& function = functions_[i];
        dregs_span record{};
        record.name = distance(span(i) + offsetof(dregs_span, name), strings_ + names_.add(function.name));
        record.actions = distance(span(i) + offsetof(dregs_span, actions), action_at);
        record.action_count = static_cast<std::uint32_t>(function.actions.size());
        append_value(file_, record);
        action_at += function.actions.size() * sizeof(dregs_span_action);
    }
    for (const SpanFunction& function : functions_) {
        for (const SpanAction& action : function.actions) {
            const std::uint64_t kind = strings_ + names_.add(action.kind);
            append_value(file_, dregs_span_action{distance(file_.size(), kind), action.begins ? 1u : 0u});
        }
    }
    align_to(file_, 16);
}

void Library::add_dynamic() {
    dynamic_ = file_.size();
    const auto add = [this](std::int64_t tag, std::uint64_t value) {
        Elf64_Dyn entry{};
        entry.d_tag = tag;
        entry.d_un.d_val = value;
        append_value(file_, entry);
    };
    add(DT_HASH, hash_);
    add(DT_SYMTAB, symbols_);
    add(DT_SYMENT, sizeof(Elf64_Sym));
    add(DT_STRTAB, strings_);
    add(DT_STRSZ, names_.bytes().size());
    add(DT_RELA, relocations_);
    add(DT_RELASZ, kImports.size() * sizeof(Elf64_Rela));
    add(DT_RELAENT, sizeof(Elf64_Rela));
    add(DT_INIT, code_ + span_code::start());
    add(DT_FLAGS, DF_BIND_NOW);
    add(DT_FLAGS_1, DF_1_NOW | DF_1_NODELETE);
    add(DT_NULL, 0);
}

void Library::add_file_header() {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, "\177ELF\2\1\1", 7);
    header.e_type = ET_DYN;
    header.e_machine = EM_X86_64;
    header.e_version = EV_CURRENT;
    header.e_phoff = sizeof(Elf64_Ehdr);
    header.e_ehsize = sizeof(Elf64_Ehdr);
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = kHeaders;
    patch_value(file_, 0, header);
    std::size_t at = sizeof header;
    const auto add = [&](std::uint32_t type, std::uint32_t flags, std::uint64_t begin, std::uint64_t bytes,
                         std::uint64_t alignment) {
        patch_value(file_, at, Elf64_Phdr{type, flags, begin, begin, begin, bytes, bytes, alignment});
        at += sizeof(Elf64_Phdr);
    };
    add(PT_LOAD, PF_R, 0, read_only_end_, kPage);
    add(PT_LOAD, PF_R | PF_X, code_, code_bytes_, kPage);
    add(PT_LOAD, PF_R | PF_W, data_, file_.size() - data_, kPage);
    add(PT_DYNAMIC, PF_R | PF_W, dynamic_, file_.size() - dynamic_, 8);
    add(PT_GNU_EH_FRAME, PF_R, index_, read_only_end_ - index_, 4);
    add(PT_GNU_STACK, PF_R | PF_W, 0, 0, 16);
}

std::string Library::make() {
    if (functions_.size() > kMostFunctions) {
        throw Error(absl::StrCat("run: --scope: at most ", kMostFunctions, " functions can be watched"));
    }
    plan_data();
    file_.resize(symbols_);
    add_symbols();
    add_hash_table();
    add_relocations();
    add_frames();
    add_code();
    add_header();
    add_spans();
    add_dynamic();
    add_file_header();
    return std::move(file_);
}

}  // namespace

std::string make_span_library(const std::vector<SpanFunction>& functions) { return Library(functions).make(); }

}  // namespace dregs
