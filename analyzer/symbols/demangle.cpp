// See demangle.h. Uses the callback forms of libiberty, which keep nothing on the heap, so that a name that grows
// without end can be left by an exception.
#include "analyzer/symbols/demangle.h"

// libiberty declares its own basename() otherwise.
#define HAVE_DECL_BASENAME 1
#include <libiberty/demangle.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "analyzer/symbols/deep_stack.h"

namespace dregs {
namespace {

// A mangled name of 200 bytes can stand for gigabytes: each substitution may double it.
constexpr std::size_t kMaxMangled = 65'536;
constexpr std::size_t kMaxDemangled = 65'536;
// What is longer libiberty refuses, unless it is told that there is stack enough.
constexpr std::size_t kMaxShort = 1024;

// Thrown through the demangler, which keeps nothing on the heap, to end a name that grows without end.
struct TooLong {};

void append(const char* part, std::size_t size, void* opaque) {
    auto& text = *static_cast<std::string*>(opaque);
    if (text.size() + size > kMaxDemangled) throw TooLong{};
    text.append(part, size);
}

// `limits`: DMGL_NO_RECURSE_LIMIT, or none.
bool run_demangler(const char* mangled, int limits, std::string& text) {
    const bool rust_only = std::strncmp(mangled, "_R", 2) == 0;
    if (!rust_only && std::strncmp(mangled, "_Z", 2) != 0) return false;
    if (rust_demangle_callback(mangled, DMGL_PARAMS, append, &text)) return true;
    text.clear();
    return !rust_only &&
           cplus_demangle_v3_callback(mangled, DMGL_PARAMS | DMGL_ANSI | DMGL_RET_DROP | limits, append, &text);
}

bool demangle_bounded(const char* mangled, int limits, std::string& text) {
    try {
        return run_demangler(mangled, limits, text);
    } catch (const TooLong&) {
        return false;
    }
}

bool demangle_deep(const char* mangled, std::string& text) {
    bool known = false;
    return run_on_deep_stack([&] { known = demangle_bounded(mangled, DMGL_NO_RECURSE_LIMIT, text); }) && known;
}

// gcc marks functions that return a std::string of the new ABI; no source says so.
void strip_abi_tags(std::string& text) {
    std::string kept;
    std::size_t begin = 0;
    for (std::size_t at = 0; (at = text.find("[abi:", begin)) != std::string::npos;) {
        const std::size_t end = text.find(']', at);
        if (end == std::string::npos) break;
        kept.append(text, begin, at - begin);
        begin = end + 1;
    }
    if (begin > 0) text = kept.append(text, begin);
}

void strip_clone_note(std::string& text) {
    const std::size_t at = text.find(" [clone ");
    if (at != std::string::npos) text.resize(at);
}

// Suffixes that gcc, clang and the linkers give to copies and parts of a function.
constexpr std::array<std::string_view, 9> kCloneSuffixes = {
    ".cold", ".part.", ".constprop.", ".isra.", ".llvm.", ".lto_priv", ".localalias", ".ltrans", ".__uniq."};

}  // namespace

bool demangle(const char* mangled, std::string& text, NameEffort effort) {
    const std::size_t size = strnlen(mangled, kMaxMangled);
    if (size == kMaxMangled || (size > kMaxShort && effort == NameEffort::kLittle)) return false;
    std::string result;
    const bool known = size > kMaxShort ? demangle_deep(mangled, result) : demangle_bounded(mangled, 0, result);
    if (!known) return false;
    strip_clone_note(result);
    strip_abi_tags(result);
    text = std::move(result);
    return true;
}

std::string source_name(std::string_view symbol, NameEffort effort) {
    std::string text(symbol);
    if (demangle(text.c_str(), text, effort)) return text;
    std::size_t end = text.size();
    for (std::string_view suffix : kCloneSuffixes) end = std::min(end, text.find(suffix));
    if (end > 0) text.resize(end);
    return text;
}

}  // namespace dregs
