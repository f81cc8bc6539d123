// The program dregs. Everything is in cli.cpp, so that tests can call it.
//
// Modules' files are mapped while names are looked up in them. Should one be cut short meanwhile (a build writes it
// anew), reading on is a SIGBUS: that becomes an error like others.
#include <signal.h>
#include <unistd.h>

#include <iostream>

#include "analyzer/cli.h"

namespace {

void say_cut_short(int) {
    static constexpr char kMessage[] = "dregs: a module's file was cut short while it was read: ask again\n";
    (void)!::write(STDERR_FILENO, kMessage, sizeof kMessage - 1);
    ::_exit(2);
}

}  // namespace

int main(int argc, char** argv) {
    if (::signal(SIGBUS, say_cut_short) == SIG_IGN) ::signal(SIGBUS, SIG_IGN);  // what `run` hands on to its program
    return dregs::run_cli(argc, argv, std::cout, std::cerr);
}
