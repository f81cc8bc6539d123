// See spans.h. Each function looks at its arguments and nothing else.
#include "spans.h"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <stdexcept>
#include <string>

extern "C" {

void begin_work(void) {}
void end_work(void) {}

struct Result many_arguments(int a, double b, struct Large c, float d, long e, struct Mixed f, char g, long double h,
                             short i, double j, long k, double l, long m, float n, double o, double p, double q,
                             unsigned char r, long s, double t) {
    Result result{};
    result.sum = a + 2 * b + 3 * d + 5 * static_cast<double>(e) + 7 * g + 11 * i + 13 * j +
                 17 * static_cast<double>(k) + 19 * l + 23 * static_cast<double>(m) + 29 * n + 31 * o + 37 * p +
                 41 * q + 43 * r + 47 * static_cast<double>(s) + 53 * t;
    result.longer = h;
    result.large = c;
    result.mixed = f;
    return result;
}

int variadic(char* to, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = std::vsprintf(to, format, arguments);
    va_end(arguments);
    return length;
}

__m128 eight_sse(__m128 a, __m128 b, __m128 c, __m128 d, __m128 e, __m128 f, __m128 g, __m128 h) {
    return (a - b * 2) + (c - d * 3) + (e - f * 5) + (g - h * 7);
}
__attribute__((target("avx"))) __m256 eight_avx(__m256 a, __m256 b, __m256 c, __m256 d, __m256 e, __m256 f, __m256 g,
                                                __m256 h) {
    return (a - b * 2) + (c - d * 3) + (e - f * 5) + (g - h * 7);
}
__attribute__((target("avx512f"))) __m512 eight_avx512(__m512 a, __m512 b, __m512 c, __m512 d, __m512 e, __m512 f,
                                                       __m512 g, __m512 h) {
    return (a - b * 2) + (c - d * 3) + (e - f * 5) + (g - h * 7);
}

int keeps_errno(void) {
    const int found = errno;
    errno = found + 1;
    return found;
}

void* whose_call(void) { return __builtin_return_address(0); }

void throws(int value) { throw std::runtime_error(std::to_string(value)); }
void jumps(jmp_buf where, int value) { longjmp(where, value); }
void calls_back(void (*function)(int), int depth) { function(depth); }
}
