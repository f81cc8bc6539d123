// The name of a trace: DREGS_OUTPUT's pattern made into an absolute path.
#include "preload/file/trace_file.h"
#include "preload/system/text.h"

namespace dregs {
namespace {

// Where the suffix of the last component begins; its end when there is none.
const char* suffix_of(const char* pattern) {
    const char* base = base_name(pattern);
    const char* suffix = base + text_length(base);
    for (const char* c = base + (*base != 0); *c; ++c) {
        if (*c == '.') suffix = c;
    }
    return suffix;
}

// The working directory, at the beginning of the buffer that the path is made in: hooks run on small stacks.
std::size_t begin_with_directory(const char* pattern, char (&out)[kPathBytes]) {
    const int length = *pattern == '/' ? 0 : sys::working_directory(out, kPathBytes);
    if (length <= 0) return 0;
    Text(out + length, kPathBytes - static_cast<std::size_t>(length)).add('/');
    return text_length(out);
}

}  // namespace

bool expand_output(const char* pattern, const char* program, std::uint32_t pid, unsigned attempt,
                   char (&out)[kPathBytes]) {
    const std::size_t directory = begin_with_directory(pattern, out);
    Text text(out + directory, kPathBytes - directory);
    if (pattern[0] == '.' && pattern[1] == '/') pattern += 2;
    const char* suffix = suffix_of(pattern);
    for (const char* c = pattern;; ++c) {
        if (c == suffix && attempt > 1) text.add('.').add(std::uint64_t{attempt});
        if (!*c) break;
        const char directive = *c == '%' ? c[1] : '\0';
        if (directive == 'n')
            text.add(*base_name(program) ? base_name(program) : "program"), ++c;
        else if (directive == 'p')
            text.add(std::uint64_t{pid}), ++c;
        else if (directive == '%')
            text.add('%'), ++c;
        else
            text.add(*c);
    }
    return !text.cut();
}

}  // namespace dregs
