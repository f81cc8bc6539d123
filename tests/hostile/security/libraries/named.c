/* A library whose file gets a hostile name. */
#include <stdlib.h>

void keep_in_library(void);

static void* volatile kept;

void keep_in_library(void) { kept = malloc(1337); }
