// See page_file.h.
#include "analyzer/report/page_file.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <zlib.h>

#include "analyzer/trace/error.h"

namespace dregs {
namespace {

constexpr std::string_view kPlace = "<!-- the document -->";
constexpr std::size_t kLargest = std::size_t{256}
                                 << 10;  // that stands in the page as it is: whoever wants can read it there

// As DecompressionStream("deflate") takes it: with zlib's header.
std::string packed(const std::string& document) {
    uLongf bytes = compressBound(document.size());
    std::string out(bytes, '\0');
    const int failed =
        compress2(reinterpret_cast<Bytef*>(out.data()), &bytes, reinterpret_cast<const Bytef*>(document.data()),
                  document.size(), Z_DEFAULT_COMPRESSION);
    if (failed != Z_OK) throw Error("cannot pack the report");
    out.resize(bytes);
    return absl::Base64Escape(out);
}

std::string script(const char* kind, const std::string& content) {
    return absl::StrCat("<script id=\"document\" type=\"application/", kind, "\">", content, "</script>");
}

}  // namespace

std::string json_in_html(std::string_view json) {
    std::string out;
    out.reserve(json.size() + json.size() / 64);
    for (const char byte : json) byte == '<' ? out.append("\\u003c") : out.append(1, byte);
    return out;
}

std::string make_page(const std::string& document) {
    const std::string_view shell = page_shell();
    const std::size_t place = shell.find(kPlace);
    if (place == std::string_view::npos) throw Error("the built-in page has no place for a document");
    std::string page(shell.substr(0, place));
    page += document.size() > kLargest ? script("x-deflate", packed(document)) : script("json", json_in_html(document));
    return page.append(shell.substr(place + kPlace.size()));
}

}  // namespace dregs
