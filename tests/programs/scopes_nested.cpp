// Three kinds nested in each other; each leaves a known number of blocks behind.
//
// 5 sessions, in each 4 requests, in each 3 queries. A session leaves 1 block of 1337 bytes, a request 2 of 733, a
// query none; every block is allocated while its scope is the innermost one.
#include <dregs/dregs.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

void* volatile sink;

__attribute__((noinline)) void run_query() {
    dregs::Scope query("query");
    void* row = std::malloc(2048);
    sink = row;
    std::free(row);
}

__attribute__((noinline)) void serve_request(int number) {
    dregs::Scope request("request", ("request " + std::to_string(number)).c_str());
    sink = std::malloc(733);
    for (int i = 0; i < 3; i++) run_query();
    sink = std::malloc(733);
}

__attribute__((noinline)) void hold_session() {
    dregs::Scope session("session");
    for (int i = 0; i < 4; i++) serve_request(i);
    sink = std::malloc(1337);
}

}  // namespace

int main() {
    for (int i = 0; i < 5; i++) hold_session();
    std::puts("session 5 x 1, request 20 x 2, query 60 x 0");
}
