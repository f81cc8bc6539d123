// The program dregs. Everything is in cli.cpp, so that tests can call it.
#include <iostream>

#include "analyzer/cli.h"

int main(int argc, char** argv) { return dregs::run_cli(argc, argv, std::cout, std::cerr); }
