// A report's page: the shell that the build has put together, and the document in it.
//
// Owns how data stands in HTML: nothing in a name can end the script element that holds it. Large documents are packed.
#pragma once

#include <string>
#include <string_view>

namespace dregs {

// The whole page for a document as JSON text.
std::string make_page(const std::string& document);

// The same JSON, safe inside a script element: '<' becomes \u003c. It is ASCII.
std::string json_in_html(std::string_view json);

// Where the shell ends and begins again; the build has put it together.
std::string_view page_shell();

}  // namespace dregs
