// More of everything than a page shows: pools made in 120 places, and a block that outlives its job, allocated 30
// frames deep.
#include <dregs/dregs.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace {

constexpr int kPlaces = 120;
constexpr int kDepth = 30;
void* volatile kept;

template <int kPlace>
[[gnu::noinline]] int make() {
    return dregs_pool_create("arena", 0) != 0 ? kPlace : -1;
}

template <int... kPlace>
int make_all(std::integer_sequence<int, kPlace...>) {
    return (make<kPlace>() + ...);
}

[[gnu::noinline]] int descend(int levels) {
    if (levels == 0) {
        kept = std::malloc(1337);
        return 1;
    }
    return descend(levels - 1) + (kept != nullptr);
}

}  // namespace

int main() {
    const int made = make_all(std::make_integer_sequence<int, kPlaces>());
    int depth = 0;
    {
        const dregs::Scope job("job");
        depth = descend(kDepth);
    }
    std::printf("%d %d\n", made, depth);
    return 0;
}
