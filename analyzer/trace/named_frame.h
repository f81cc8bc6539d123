// A frame of which only text is known, as the trace keeps it: see kNamedModule in trace_format.h.
#pragma once

#include <string>
#include <string_view>

namespace dregs {

struct NamedFrame {
    std::string_view function;
    std::string_view file;  // empty: not known
    int line = 0;           // 0: not known
    std::string_view module;
};

// Tabs in the parts become spaces.
std::string encode_named_frame(const NamedFrame& frame);
// Refers to `text`. What is missing or no number is not known.
NamedFrame decode_named_frame(std::string_view text);

}  // namespace dregs
