/* Calls the function that early_resolver.c resolves. Bound at load (see build.cmake), so the resolver runs when this
 * library is relocated: after early_resolver, before every library in front of both in the search order. */
#include "tests/hostile/start_end/early_resolver.h"

int early_answer_of_library(void) { return early_answer() + 1; }
