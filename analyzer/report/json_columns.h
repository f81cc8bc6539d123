// Long tables as JSON: an object with one array for each column. A page reads it at once, and it packs well.
//
// Numbers are written as they are, to the last digit; a page's own numbers are doubles, exact up to 2^53.
#pragma once

#include <charconv>
#include <string>
#include <type_traits>

namespace dregs {

template <typename Number>
void append_number(std::string& out, Number number) {
    char digits[40];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

// "name":[1,2,3] of what `value_of` says of each row.
template <typename Rows, typename ValueOf>
void append_column(std::string& out, const char* name, const Rows& rows, ValueOf value_of) {
    if (out.back() != '{') out += ',';
    out.append("\"").append(name).append("\":[");
    bool first = true;
    for (const auto& row : rows) {
        if (!first) out += ',';
        first = false;
        append_number(out, value_of(row));
    }
    out += ']';
}

}  // namespace dregs
