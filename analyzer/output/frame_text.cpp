// See frame_text.h.
#include "analyzer/output/frame_text.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>

#include <map>

#include "analyzer/output/escape.h"

namespace dregs {
namespace {

std::string address_text(const Frame& frame) {
    const std::string module = frame.module.empty() ? "" : absl::StrCat(escape_text(display_name(frame.module)), "+");
    return absl::StrCat(module, "0x", absl::Hex(frame.offset));
}

std::string place_text(const Frame& frame, bool precise) {
    if (frame.file.empty()) return "";
    if (frame.function == absl::StrCat(frame.file, ":", frame.line)) return "";  // cjdns knows no other name
    const std::string file = escape_text(display_name(frame.file));
    if (frame.line <= 0) return absl::StrCat("  ", file);
    const bool column = precise && frame.column > 0;
    return absl::StrCat("  ", file, ":", frame.line, column ? absl::StrCat(":", frame.column) : "");
}

// Where the list of parameters begins that `name` ends with; npos: it ends with none.
std::size_t parameters_of(std::string_view name) {
    int depth = 0;
    for (std::size_t i = name.size(); i-- > 0;) {
        if (name[i] == ')') ++depth;
        if (name[i] == '(' && --depth == 0) return i;
        if (depth == 0) return std::string_view::npos;
    }
    return std::string_view::npos;
}

// What people call the standard's strings. For people only: JSON keeps the names as they are.
std::string readable(const std::string& function) {
    return absl::StrReplaceAll(
        function, {{"std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >", "std::string"},
                   {"std::basic_string_view<char, std::char_traits<char> >", "std::string_view"}});
}

std::string function_text(const Frame& frame, bool precise) {
    if (frame.function.empty()) return address_text(frame);
    const bool offset = precise && frame.line <= 0 && frame.function_offset != 0;
    return absl::StrCat(escape_text(readable(frame.function)), offset ? "+0x" : "",
                        offset ? absl::StrCat(absl::Hex(frame.function_offset)) : "");
}

}  // namespace

std::string frame_text(const Frame& frame, bool with_module, bool precise) {
    std::string text = function_text(frame, precise) + place_text(frame, precise);
    if (frame.inlined) absl::StrAppend(&text, "  [inlined]");
    if (frame.tail_call) absl::StrAppend(&text, "  [tail call]");
    const bool module_shown = frame.function.empty() || frame.module.empty();
    if (with_module && !module_shown) {
        absl::StrAppend(&text, "  (", escape_text(display_name(frame.module)), ")");
    }
    return text;
}

std::string short_name(const Frame& frame) {
    if (frame.function.empty()) {
        return absl::StrCat(std::string(display_name(frame.module)), frame.module.empty() ? "0x" : "+0x",
                            absl::Hex(frame.offset));
    }
    std::string_view name = frame.function;
    if (name.ends_with(" const")) name.remove_suffix(6);
    const std::size_t parameters = parameters_of(name);
    const bool has_some = parameters != std::string_view::npos && parameters != 0;
    return absl::StrReplaceAll(has_some ? frame.function.substr(0, parameters) : frame.function,
                               {{"(anonymous namespace)::", ""}});
}

std::string short_frame_text(const Frame& frame) {
    return escape_text(readable(short_name(frame))) + place_text(frame, false);
}

std::vector<std::string> site_texts(const std::vector<Frame>& sites) {
    std::map<std::string, int> uses;
    std::vector<std::string> texts;
    texts.reserve(sites.size());
    for (const Frame& site : sites) texts.push_back(frame_text(site, true));
    for (const std::string& text : texts) ++uses[text];
    for (std::size_t i = 0; i < sites.size(); ++i) {
        if (uses[texts[i]] > 1) texts[i] = frame_text(sites[i], true, true);
    }
    return texts;
}

}  // namespace dregs
