// Demangling, names without parameters, globs, display names.
#include <gtest/gtest.h>

#include "analyzer/symbols/demangle.h"
#include "analyzer/symbols/frame.h"
#include "analyzer/symbols/wrapper_pattern.h"

namespace dregs {
namespace {

TEST(DemangleTest, CppKeepsParametersAndDropsReturnTypes) {
    EXPECT_EQ(source_name("_ZN6Server6handleERK7Request"), "Server::handle(Request const&)");
    EXPECT_EQ(source_name("_Znwm"), "operator new(unsigned long)");
    EXPECT_EQ(source_name("_ZN4shop5twiceIiEET_S1_"), "shop::twice<int>(int)");
    EXPECT_EQ(source_name("_ZN3FooC4Ei"), "Foo::Foo(int)");
    EXPECT_EQ(source_name("_ZN5dregs9find_shimB5cxx11Ev"), "dregs::find_shim()");
}

TEST(DemangleTest, RustHidesItsHashes) {
    EXPECT_EQ(source_name("_ZN4core3fmt5write17h1234567890abcdefE"), "core::fmt::write");
    EXPECT_EQ(source_name("_RNvCs1234_7mycrate4main"), "mycrate::main");
}

TEST(DemangleTest, PlainNamesStayAsTheyAre) {
    for (const char* name : {"main", "malloc", "_start", "_Zebra", "_R", "x", "", "a.b", "_ZZZZ", ".text"})
        EXPECT_EQ(source_name(name), name);
}

TEST(DemangleTest, CloneSuffixesAreTakenOff) {
    EXPECT_EQ(source_name("work.cold"), "work");
    EXPECT_EQ(source_name("work.constprop.0.isra.0"), "work");
    EXPECT_EQ(source_name("_ZN6Server6handleERK7Request.part.0"), "Server::handle(Request const&)");
    EXPECT_EQ(source_name("_ZN6Server6handleERK7Request.cold"), "Server::handle(Request const&)");
}

// `S` and a number in base 36: the type that was named as the number `index`.
std::string substitution(int index) {
    static constexpr char kDigits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (index == 0) return "S_";
    std::string number;
    for (int rest = index - 1; number.empty() || rest > 0; rest /= 36)
        number.insert(number.begin(), kDigits[rest % 36]);
    return "S" + number + "_";
}

// f(aa, ba<aa, aa>, ca<ba<aa, aa>, ba<aa, aa>>, ...): each parameter is twice as long as the one before.
std::string doubling_name(int parameters) {
    std::string mangled = "_Z1f2aa";
    for (int i = 1; i < parameters; ++i) {
        const std::string before = substitution(2 * (i - 1));
        mangled += std::string("2") + static_cast<char>('a' + i % 26) + static_cast<char>('a' + i / 26) + "I" + before +
                   before + "E";
    }
    return mangled;
}

TEST(DemangleTest, ANameThatGrowsWithoutEndIsGivenUp) {
    std::string text;
    ASSERT_TRUE(demangle(doubling_name(3).c_str(), text));
    EXPECT_EQ(text, "f(aa, ba<aa, aa>, ca<ba<aa, aa>, ba<aa, aa> >)");
    text = "untouched";
    EXPECT_FALSE(demangle(doubling_name(60).c_str(), text));
    EXPECT_EQ(text, "untouched");
    EXPECT_EQ(source_name(std::string(100'000, 'a')), std::string(100'000, 'a'));
    EXPECT_EQ(source_name("_Z" + std::string(100'000, 'P')).size(), 100'002u);
}

// libiberty refuses what is longer than 1,024 bytes, lest its recursion overflow the stack.
TEST(DemangleTest, ALongNameIsDemangled) {
    std::string text;
    std::string mangled = "_Z1fI";
    for (int i = 0; i < 900; ++i) mangled += "Li5E";
    mangled += "Evv";
    ASSERT_TRUE(demangle(mangled.c_str(), text));
    EXPECT_EQ(text.size(), std::string("f<>()").size() + 900 * 3 - 2);
    EXPECT_TRUE(text.starts_with("f<5, 5, ") && text.ends_with(", 5>()")) << text;
    EXPECT_FALSE(demangle(mangled.c_str(), text, NameEffort::kLittle));
}

// What recurses as deep as the longest name allows, on the stack of whoever asks.
TEST(DemangleTest, DeepNamesNeedNoStackOfOurs) {
    for (const char* level : {"P", "PF", "RO", "A1_", "PK", "PFi", "1aI", "VK", "cl", "Dp"}) {
        std::string mangled = "_Z1f";
        while (mangled.size() < 65'000) mangled += level;
        std::string text;
        demangle((mangled + "i").c_str(), text);
        demangle(("_ZN1acv" + mangled.substr(4) + "iEv").c_str(), text);
    }
}

TEST(NamesTest, WithoutParameters) {
    const std::vector<std::pair<const char*, const char*>> cases = {
        {"Server::handle(Request const&) const", "Server::handle"},
        {"operator new(unsigned long)", "operator new"},
        {"operator new[](unsigned long, std::nothrow_t const&)", "operator new[]"},
        {"f(int (*)(char), g(int))", "f"},
        {"main::{lambda(int)#1}::operator()(int) const", "main::{lambda(int)#1}::operator()"},
        {"(anonymous namespace)::hidden(int)", "(anonymous namespace)::hidden"},
        {"main::{lambda}::operator()", "main::{lambda}::operator()"},
        {"S::m() &&", "S::m"},
        {"malloc", "malloc"},
        {"", ""},
        {")", ")"},
        {"()", "()"},
        {"a)", "a)"},
        {"(anonymous namespace)", "(anonymous namespace)"},
        {"shop::(anonymous namespace)", "shop::(anonymous namespace)"},
    };
    for (const auto& [function, name] : cases) EXPECT_EQ(without_parameters(function), name) << function;
}

TEST(NamesTest, Globs) {
    EXPECT_TRUE(glob_matches("std::*", "std::vector<int>::push_back"));
    EXPECT_TRUE(glob_matches("*::operator new", "a::b::operator new"));
    EXPECT_TRUE(glob_matches("a*b?c", "aXXbYbZc"));
    EXPECT_TRUE(glob_matches("*", ""));
    EXPECT_TRUE(glob_matches("", ""));
    EXPECT_FALSE(glob_matches("std::*", "mystd::x"));
    EXPECT_FALSE(glob_matches("malloc", "malloc2"));
    EXPECT_FALSE(glob_matches("a?", "a"));
    EXPECT_FALSE(glob_matches("*a*a*a*a*a*a*a*b", std::string(2000, 'a')));
}

TEST(NamesTest, DisplayName) {
    EXPECT_EQ(display_name("/usr/lib/libx.so.1"), "libx.so.1");
    EXPECT_EQ(display_name("/usr/lib/libx.so.1 (deleted)"), "libx.so.1");
    EXPECT_EQ(display_name("[vdso]"), "[vdso]");
    EXPECT_EQ(display_name(""), "");
}

}  // namespace
}  // namespace dregs
