/* What the program `spans_calls` calls in the library `spans_work`: functions whose calls begin and end scopes, and
 * whose arguments travel in every way there is. */
#ifndef SPANS_H
#define SPANS_H

#include <immintrin.h>
#include <setjmp.h>

#ifdef __cplusplus
extern "C" {
#endif

struct Large {  // by value: on the stack
    long values[7];
    char last;
};
struct Mixed {  // by value: one integer and one vector register
    double real;
    long whole;
};
struct Result {  // returned by a hidden pointer
    double sum;
    long double longer;
    struct Large large;
    struct Mixed mixed;
};

void begin_work(void);
void end_work(void);
struct Result many_arguments(int a, double b, struct Large c, float d, long e, struct Mixed f, char g, long double h,
                             short i, double j, long k, double l, long m, float n, double o, double p, double q,
                             unsigned char r, long s, double t);
int variadic(char* to, const char* format, ...);
__m128 eight_sse(__m128 a, __m128 b, __m128 c, __m128 d, __m128 e, __m128 f, __m128 g, __m128 h);
__attribute__((target("avx"))) __m256 eight_avx(__m256 a, __m256 b, __m256 c, __m256 d, __m256 e, __m256 f, __m256 g,
                                                __m256 h);
__attribute__((target("avx512f"))) __m512 eight_avx512(__m512 a, __m512 b, __m512 c, __m512 d, __m512 e, __m512 f,
                                                       __m512 g, __m512 h);
int keeps_errno(void);
void* whose_call(void);
void throws(int value);
void jumps(jmp_buf where, int value);
void calls_back(void (*function)(int), int depth);

#ifdef __cplusplus
}
#endif

#endif
