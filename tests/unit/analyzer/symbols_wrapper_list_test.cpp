// What is a site, and what only passes an allocation on.
#include "analyzer/symbols/wrapper_list.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "trace_fixture.h"

namespace dregs {
namespace {

Frame frame(const std::string& function, const std::string& module = "/usr/bin/server", int line = 0) {
    Frame result;
    result.function = function;
    result.module = module;
    result.line = line;
    return result;
}

TEST(WrapperListTest, TheBuiltInListKnowsAllocators) {
    const WrapperList list;
    for (const char* name : {"malloc",
                             "calloc",
                             "realloc",
                             "posix_memalign",
                             "operator new(unsigned long)",
                             "operator new[](unsigned long, std::align_val_t)",
                             "strdup",
                             "__strdup",
                             "__vasprintf_internal",
                             "g_malloc0",
                             "g_strdup_printf",
                             "xmalloc",
                             "xstrdup",
                             "PyObject_Malloc",
                             "PyMem_RawMalloc",
                             "Perl_safesysmalloc",
                             "sqlite3MemMalloc",
                             "zmalloc",
                             "ztrymalloc_usable",
                             "wmem_alloc",
                             "apr_palloc",
                             "talloc_named_const",
                             "osip_strdup",
                             "talloc_set_name",
                             "je_malloc",
                             "mallocx",
                             "rallocx",
                             "tc_newarray_aligned_nothrow",
                             "tc_malloc_skip_new_handler",
                             "mi_heap_recalloc_aligned_at",
                             "mi_new_n",
                             "mi_heap_strndup",
                             "scalable_aligned_malloc",
                             "tbb::detail::d1::scalable_allocator<int>::allocate(unsigned long)",
                             "dregs_pool_alloc",
                             "__rust_alloc",
                             "alloc::raw_vec::RawVec<T,A>::grow_one",
                             "<alloc::vec::Vec<u8> as core::clone::Clone>::clone"})
        EXPECT_TRUE(list.is_wrapper(frame(name))) << name;
}

TEST(WrapperListTest, TheBuiltInListKnowsWhatFrees) {
    const WrapperList list;
    for (const char* name : {"dallocx", "sdallocx", "tc_deletearray_sized", "mi_free_size", "scalable_free"})
        EXPECT_TRUE(list.is_wrapper(frame(name))) << name;
    EXPECT_FALSE(list.is_wrapper(frame("mallctl")));
}

TEST(WrapperListTest, TheBuiltInListKnowsTheStandardLibrary) {
    const WrapperList list;
    for (const char* name :
         {"std::vector<int, std::allocator<int> >::_M_realloc_insert<int>(int&&)",
          "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >::_M_create(unsigned long&, "
          "unsigned long)",
          "__gnu_cxx::new_allocator<int>::allocate(unsigned long, void const*)", "std::make_unique<Foo, int>(int&&)",
          "std::__1::basic_string<char>::append(char const*)", "std::map<int, int>::operator[](int const&)"})
        EXPECT_TRUE(list.is_wrapper(frame(name))) << name;
}

TEST(WrapperListTest, UserCodeIsNoWrapper) {
    const WrapperList list;
    for (const char* name :
         {"", "main", "Server::handle(std::vector<int>)", "handle_malloc", "mallocate", "core::Server::run()",
          "alloc::Pool::take()", "make_request", "main::{lambda(std::string)#1}::operator()(std::string) const",
          "my::std::thing()", "(anonymous namespace)::grow()", "PyRun_SimpleFile", "newline"})
        EXPECT_FALSE(list.is_wrapper(frame(name))) << name;
}

TEST(WrapperListTest, TheShimIsAlwaysAWrapper) {
    const WrapperList none("");
    Frame shim = frame("anything");
    EXPECT_FALSE(none.is_wrapper(shim));
    shim.shim = true;
    EXPECT_TRUE(none.is_wrapper(shim));
}

TEST(WrapperListTest, PatternsMayNameTheirModule) {
    const WrapperList list("libglib-2.0.so*:get\n/opt/*:anything*\nlibquiet.so:\n");
    EXPECT_TRUE(list.is_wrapper(frame("get", "/usr/lib/libglib-2.0.so.0")));
    EXPECT_FALSE(list.is_wrapper(frame("get", "/usr/bin/server")));
    EXPECT_TRUE(list.is_wrapper(frame("anything(int)", "/opt/x/y")));
    EXPECT_FALSE(list.is_wrapper(frame("anything(int)", "/usr/opt/x")));
    EXPECT_TRUE(list.is_wrapper(frame("", "/usr/lib/libquiet.so")));
}

TEST(WrapperListTest, LaterLinesWin) {
    WrapperList list("make_*\n!make_request\n# make_request\n\n  spaced  \n");
    EXPECT_TRUE(list.is_wrapper(frame("make_buffer")));
    EXPECT_FALSE(list.is_wrapper(frame("make_request")));
    EXPECT_TRUE(list.is_wrapper(frame("spaced")));
    list.add("make_request");
    EXPECT_TRUE(list.is_wrapper(frame("make_request")));
    list.add("!*");
    EXPECT_FALSE(list.is_wrapper(frame("make_request")));
    EXPECT_FALSE(list.is_wrapper(frame("make_buffer")));
}

TEST(WrapperListTest, PatternsWithParametersCompareTheWholeName) {
    const WrapperList list("take(int)\nplain");
    EXPECT_TRUE(list.is_wrapper(frame("take(int)")));
    EXPECT_FALSE(list.is_wrapper(frame("take(long)")));
    EXPECT_TRUE(list.is_wrapper(frame("plain(long)")));
}

TEST(WrapperListTest, AListComesFromAFile) {
    const TempFolder folder;
    const std::string path = folder.path("wrappers.txt");
    std::ofstream(path) << "only_this\n";
    const WrapperList list = WrapperList::from_file(path);
    EXPECT_TRUE(list.is_wrapper(frame("only_this")));
    EXPECT_FALSE(list.is_wrapper(frame("malloc")));
    std::remove(path.c_str());
    EXPECT_THROW(WrapperList::from_file(path), std::runtime_error);
    EXPECT_THROW(WrapperList::from_file("/"), std::runtime_error);
}

}  // namespace
}  // namespace dregs
