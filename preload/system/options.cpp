#include "preload/system/options.h"

#include <unistd.h>

#include "preload/system/text.h"

// Where the kernel put argc, argv and the environment; exported by the dynamic loader.
extern "C" void* __libc_stack_end;

namespace dregs {
namespace {

char** initial_environment() {
    if (environ) return environ;
    char** arguments = static_cast<char**>(__libc_stack_end);
    const auto count = *reinterpret_cast<long*>(arguments);
    return arguments + 1 + count + 1;
}

const char* environment_value(const char* name) {
    const std::size_t length = text_length(name);
    for (char** entry = initial_environment(); *entry; ++entry) {
        if (text_equal(*entry, name, length) && (*entry)[length] == '=') return *entry + length + 1;
    }
    return nullptr;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// How far a unit behind the digits shifts; -1 for what is none.
int unit_shift(const char* text) {
    if (!*text) return 0;
    if (text[1]) return -1;
    if (*text == 'K' || *text == 'k') return 10;
    if (*text == 'M' || *text == 'm') return 20;
    return -1;
}

bool parse_number(const char* text, std::uint64_t least, std::uint64_t most, std::uint64_t& out) {
    std::uint64_t value = 0;
    if (!is_digit(*text)) return false;
    for (; is_digit(*text); ++text) {
        if (value > most) return false;
        value = value * 10 + static_cast<std::uint64_t>(*text - '0');
    }
    const int shift = unit_shift(text);
    if (shift < 0) return false;
    value <<= shift;
    out = value < least ? least : value > most ? most : value;
    return true;
}

void read_text(const char* name, const char* fallback, char* out) {
    const char* value = environment_value(name);
    if (!value || !*value) value = fallback;
    Text(out, kPathBytes).add(value);
}

std::uint64_t read_number(const char* name, std::uint64_t fallback, std::uint64_t least, std::uint64_t most) {
    std::uint64_t value = fallback;
    if (const char* text = environment_value(name)) parse_number(text, least, most, value);
    return value;
}

}  // namespace

void read_options(Options& options) {
#define DREGS_TEXT_OPTION(name, option, environment, fallback, placeholder, help) \
    read_text(environment, fallback, options.name);
#define DREGS_NUMBER_OPTION(name, option, environment, fallback, least, most, placeholder, help) \
    options.name = read_number(environment, fallback, least, most);
#define DREGS_FLAG_OPTION(name, option, environment, help) options.name = read_number(environment, 0, 0, 1);
#include "dregs/options.inc"
}

}  // namespace dregs
