// Which function a call called, read off this program's own code.
#include "analyzer/symbols/call_targets.h"

#include <gtest/gtest.h>
#include <link.h>
#include <unistd.h>

#include "trace_fixture.h"

namespace dregs {
namespace {

SymbolBudget all;
ModuleBudget budget(all);

std::uint64_t bias() {
    std::uint64_t found = 0;
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* out) {
            *static_cast<std::uint64_t*>(out) = info->dlpi_addr;
            return 1;  // the program comes first
        },
        &found);
    return found;
}

std::uint64_t in_file(const void* address) { return reinterpret_cast<std::uint64_t>(address) - bias(); }

__attribute__((noinline)) std::uint64_t return_address() {
    const std::uint64_t address = in_file(__builtin_return_address(0));
    asm volatile("" : : "r"(address) : "memory");
    return address;
}

__attribute__((noinline)) int calls_an_import() {
    const int parent = ::getppid();
    asm volatile("" : : "r"(parent) : "memory");
    return parent + 1;
}

using Getter = std::uint64_t (*)();

TEST(CallTargets, ADirectCallNamesWhatItCalled) {
    CallTargets targets(ElfImage::open("/proc/self/exe"), budget);
    const std::uint64_t returned = return_address();
    const CallTarget target = targets.find(returned);
    EXPECT_EQ(target.address, in_file(reinterpret_cast<const void*>(&return_address)));
    EXPECT_TRUE(target.imported.empty());
}

TEST(CallTargets, ACallOfAnotherFileNamesTheFunction) {
    CallTargets targets(ElfImage::open("/proc/self/exe"), budget);
    const std::uint64_t begin = in_file(reinterpret_cast<const void*>(&calls_an_import));
    bool found = calls_an_import() == 0;
    for (std::uint64_t at = begin; at < begin + 64; ++at) found = found || targets.find(at).imported == "getppid";
    EXPECT_TRUE(found);
}

TEST(CallTargets, ACallThroughAPointerSaysNothing) {
    CallTargets targets(ElfImage::open("/proc/self/exe"), budget);
    volatile Getter getter = return_address;
    EXPECT_FALSE(targets.find(getter()).known());
}

TEST(CallTargets, NonsenseSaysNothing) {
    CallTargets nothing(nullptr, budget);
    EXPECT_FALSE(nothing.find(1000).known());
    CallTargets targets(ElfImage::open("/proc/self/exe"), budget);
    for (const std::uint64_t address : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}, std::uint64_t{1} << 62})
        EXPECT_FALSE(targets.find(address).known()) << address;
}

}  // namespace
}  // namespace dregs
