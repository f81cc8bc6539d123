// A program that says where it is: the truth that the symbolizer's tests compare with.
//
// Each probe() prints its return address within the file and the name of the place; the tests look up in this source
// what functions and lines stand there (comments `@ name`). Built by the tests themselves, in many ways.
#include "probe.h"

namespace shop {

class Cart {
  public:
    KEEP void add(int item, const char* label) const;
    INLINE void checkout() const {
        probe("inlined");  // @ inlined
        asm volatile("");
    }
};

INLINE void pay(const Cart& cart) {
    cart.checkout();  // @ inlined 2
}

KEEP void Cart::add(int item, const char* label) const {
    if (item > 0) probe(label);  // @ method
    asm volatile("");
}

namespace {
KEEP void hidden(int item) {
    if (item > 0) probe("anonymous");  // @ anonymous
    asm volatile("");
}
}  // namespace

template <typename T>
KEEP T twice(T value) {
    probe("template");  // @ template
    asm volatile("");
    return value + value;
}

}  // namespace shop

static KEEP void plain_static(int item) {
    if (item > 0) probe("static");  // @ static
    asm volatile("");
}

extern "C" KEEP void plain_c(int item) {
    if (item > 0) probe("extern_c");  // @ extern_c
    asm volatile("");
}

int main() {
    shop::Cart cart;
    cart.add(1, "method");
    shop::pay(cart);  // @ inlined 3
    shop::hidden(1);
    shop::twice(21);
    plain_static(1);
    plain_c(1);
    auto lambda = [](int n) KEEP {
        if (n > 0) probe("lambda");  // @ lambda
        asm volatile("");
    };
    lambda(1);
    probe("column"), probe("column2");  // @ column
    asm volatile("");
    return 0;
}
