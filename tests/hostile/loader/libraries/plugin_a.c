/* One of the plugins that take each other's place. */
#include "tests/hostile/loader/plugin_shape.h"

DEFINE_PLUGIN(keep_in_a)
