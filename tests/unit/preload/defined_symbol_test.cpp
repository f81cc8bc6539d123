// What loaded objects define themselves, in the objects of this process.
#include "preload/system/defined_symbol.h"

#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <gtest/gtest.h>
#include <link.h>

#include <string>
#include <vector>

namespace dregs {
namespace {

// Names of the loaded objects that define `name`, in the loader's order.
std::vector<std::string> definers(const char* name) {
    std::vector<std::string> found;
    for (const link_map* object = _r_debug.r_map; object; object = object->l_next) {
        if (defines_function(*object, name)) found.push_back(object->l_name);
    }
    return found;
}

bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

TEST(DefinedSymbol, IsFoundWhereItIsDefined) {
    ASSERT_EQ(definers("getenv").size(), 1u);
    EXPECT_TRUE(ends_with(definers("getenv")[0], "libc.so.6"));
    EXPECT_EQ(definers("__vdso_getcpu"), std::vector<std::string>{"linux-vdso.so.1"})
        << "the kernel's, whose tables have no addresses yet";
}

const link_map* c_library() {
    const link_map* object = _r_debug.r_map;
    while (object && !ends_with(object->l_name, "libc.so.6")) object = object->l_next;
    return object;
}

TEST(DefinedSymbol, AReferenceIsBoundToItsVersion) {
    const link_map* libc = c_library();
    ASSERT_NE(libc, nullptr);
    void* now = find_function(*libc, "realpath", "GLIBC_2.3");
    void* before = find_function(*libc, "realpath", "GLIBC_2.2.5");
    EXPECT_EQ(now, dlvsym(RTLD_DEFAULT, "realpath", "GLIBC_2.3"));
    EXPECT_EQ(before, dlvsym(RTLD_DEFAULT, "realpath", "GLIBC_2.2.5"));
    EXPECT_NE(now, before);
    EXPECT_EQ(find_function(*libc, "realpath", "ANOTHER_1"), nullptr);
    EXPECT_EQ(find_function(*libc, "no_such_function", nullptr), nullptr);
}

TEST(DefinedSymbol, AFunctionThatIsChosenAtRunTimeIsTheChosenOne) {
    const link_map* libc = c_library();
    ASSERT_NE(libc, nullptr);
    EXPECT_EQ(find_function(*libc, "strlen", "GLIBC_2.2.5"), dlsym(RTLD_NEXT, "strlen"));
}

// Functions that no sanitizer puts its own before.
TEST(DefinedSymbol, WhatIsOnlyCalledIsNotDefined) {
    ASSERT_NE(gnu_get_libc_version(), nullptr);
    ASSERT_EQ(definers("gnu_get_libc_version").size(), 1u);
    EXPECT_TRUE(ends_with(definers("gnu_get_libc_version")[0], "libc.so.6"));
    for (const std::string& object : definers("_ZSt20__throw_length_errorPKc"))  // vectors call it
        EXPECT_TRUE(ends_with(object, "libstdc++.so.6")) << object;
    EXPECT_EQ(definers("no_such_function").size(), 0u);
    EXPECT_EQ(definers("").size(), 0u);
}

TEST(DefinedSymbol, AnObjectWithoutTablesDefinesNothing) {
    ElfW(Dyn) dynamic[] = {{DT_NULL, {0}}};
    link_map object{};
    EXPECT_FALSE(defines_function(object, "malloc"));
    object.l_ld = dynamic;
    EXPECT_FALSE(defines_function(object, "malloc"));
}

}  // namespace
}  // namespace dregs
