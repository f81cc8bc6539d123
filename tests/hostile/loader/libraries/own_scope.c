/* A plugin for RTLD_DEEPBIND and namespaces, where its malloc may be another than the program's: keeps 3 blocks, gives
 * blocks to the program to free, frees blocks of the program. */
#include "tests/hostile/keep_blocks.h"

void plugin_entry(void);
void plugin_entry(void) { keep_blocks(3); }

void* plugin_gives(void);
void* plugin_gives(void) { return malloc(1337); }

void plugin_takes(void* block);
void plugin_takes(void* block) { free(block); }
