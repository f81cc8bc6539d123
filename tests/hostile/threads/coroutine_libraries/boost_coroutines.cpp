// Boost.Context's fiber and Boost.Coroutine2's coroutine, each of which keeps ten blocks on its own stack.
#include <boost/context/fiber_fcontext.hpp>
#include <boost/coroutine2/all.hpp>
#include <cstdio>

#include "tests/hostile/keep_blocks.h"

__attribute__((noinline)) static void keep_in_fiber() {
    keep_blocks(5);
    asm volatile("");
}
__attribute__((noinline)) static void keep_in_coroutine() {
    keep_blocks(5);
    asm volatile("");
}

int main() {
    namespace context = boost::context;
    context::fiber fiber{[](context::fiber&& back) {
        keep_in_fiber();
        back = std::move(back).resume();
        keep_in_fiber();
        return std::move(back);
    }};
    fiber = std::move(fiber).resume();
    fiber = std::move(fiber).resume();

    using Coroutine = boost::coroutines2::coroutine<int>;
    Coroutine::pull_type numbers([](Coroutine::push_type& give) {
        for (int i = 0; i < 2; ++i) {
            keep_in_coroutine();
            give(i);
        }
    });
    int sum = 0;
    for (const int number : numbers) sum += number;
    std::printf("sum %d\n", sum);
}
