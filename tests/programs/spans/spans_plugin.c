/* A plugin whose library nobody else sees. Keeps 96 bytes in every round. */
#include <stdlib.h>

void begin_plugged(void);
void end_plugged(void);
void plugin_work(int rounds);

void plugin_work(int rounds) {
    for (int i = 0; i < rounds; ++i) {
        begin_plugged();
        void* volatile block = malloc(96);
        (void)block;
        end_plugged();
    }
}
