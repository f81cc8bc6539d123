// Which adapters (see adapters/README.md) are preloaded behind the shim.
#pragma once

#include <string>
#include <vector>

namespace dregs {

struct ChosenAdapters {
    std::vector<std::string> names;
    std::vector<std::string> paths;  // of their libraries
    bool by_itself = false;          // nobody named them: the program is linked with their libraries
};

// "auto", "none" or names with commas; `program` is the file that will run, `shim` the path of libdregs.so. Throws
// Error for a name that is no adapter's, and for one that is asked for by name and not installed.
ChosenAdapters choose_adapters(const std::string& choice, const std::string& program, const std::string& shim);

// What is wrong with a choice, and in braces what there is; or nothing.
std::string adapter_problem(const std::string& choice);

}  // namespace dregs
