// What the user asked for, read once from the environment that the process was started with.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dregs {

inline constexpr std::size_t kPathBytes = 4096;

struct Options {
#define DREGS_TEXT_OPTION(name, option, environment, fallback, placeholder, help) char name[kPathBytes];
#define DREGS_NUMBER_OPTION(name, option, environment, fallback, least, most, placeholder, help) std::uint64_t name;
#define DREGS_FLAG_OPTION(name, option, environment, help) std::uint64_t name;
#include "dregs/options.inc"
};

// Fills in every option. A value that is not one is taken for absent. May be called before the C library is
// initialised: reads the environment from the process's first stack frame when `environ` is not set yet.
void read_options(Options& options);

}  // namespace dregs
