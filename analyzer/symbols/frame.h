// What an address in a traced process turns into: one Frame for each source function, inlined ones included.
//
// Owns the two plain types the symbols room exchanges with the rest of the analyzer. No behaviour beyond
// display_name().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dregs {

// A module as the trace describes it; all that is needed to find and to verify its file.
struct ModuleImage {
    std::string path;
    std::vector<std::uint8_t> build_id;  // empty: it had none
    std::uint64_t bias = 0;              // run-time address - bias = address in the file's program headers
    std::uint64_t begin = 0;             // [begin, end): addresses it occupied
    std::uint64_t end = 0;
    std::uint64_t file_bytes = 0;  // size and time of the file when it was traced; 0: not known
    std::uint64_t file_mtime_ns = 0;
    bool main = false;
    bool vdso = false;
    bool shim = false;
    bool unloaded = false;
    std::uint32_t pid = 0;  // the process that has it, while that runs, as known here; 0: there is none
};

// One function of a stack. `function` is empty and `line` 0 where the truth is not known: nothing is ever guessed.
struct Frame {
    std::string function;  // C: `name`; C++ and Rust: demangled, with parameters: `Server::handle(Request const&)`
    std::string file;      // as the compiler was told it, made absolute by its working folder, `..` taken out
    int line = 0;
    int column = 0;
    std::string module;                 // path
    std::uint64_t offset = 0;           // pc - bias: the address in the file
    std::uint64_t function_offset = 0;  // pc - start of the function that was compiled; 0 when that is not known
    bool inlined = false;               // compiled into its caller, which is the next frame
    bool tail_call = false;             // not on the stack any more: it had ended in a jump. Known by its caller's call
    bool shim = false;                  // libdregs.so itself
};

// Last part of a module's path, for display: "/usr/lib/libx.so.1 (deleted)" -> "libx.so.1".
std::string_view display_name(std::string_view module_path);

}  // namespace dregs
