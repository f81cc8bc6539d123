// What `--scope NAME=BEGIN..END` says: calls of which functions begin and end the instances of a kind of scope.
#pragma once

#include <string>
#include <vector>

namespace dregs {

struct SpanDefinition {
    std::string kind;
    std::vector<std::string> begins;  // any of these begins an instance
    std::vector<std::string> ends;    // any of these ends the innermost one
};

// "packet=epan_dissect_run,epan_dissect_run_with_taps..epan_dissect_reset". Throws Error, which says what is wrong.
SpanDefinition parse_span(const std::string& text);

struct SpanAction {
    std::string kind;
    bool begins;
};
// One function and all that its calls do, ends first: where one instance ends and the next begins they do not nest.
struct SpanFunction {
    std::string name;
    std::vector<SpanAction> actions;
};

// The same by functions, in the order of their names.
std::vector<SpanFunction> functions_of(const std::vector<SpanDefinition>& definitions);

}  // namespace dregs
