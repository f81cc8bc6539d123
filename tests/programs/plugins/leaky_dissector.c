/* A dissector plugin for Wireshark 4.0 that looks at every packet and keeps 1337 bytes of g_malloc's of every tenth.
 *
 * Needs no headers of Wireshark's: declares what it calls. */
#include <stddef.h>

void* g_malloc(size_t bytes);
int proto_register_protocol(const char* name, const char* short_name, const char* filter_name);
void* create_dissector_handle(int (*dissector)(void*, void*, void*, void*), int protocol);
void register_postdissector(void* handle);
struct proto_plugin {
    void (*register_protoinfo)(void);
    void (*register_handoff)(void);
};
void proto_register_plugin(const struct proto_plugin* plugin);

extern const char plugin_version[];
extern const int plugin_want_major;
extern const int plugin_want_minor;
void plugin_register(void);
const char plugin_version[] = "1";
const int plugin_want_major = 4;
const int plugin_want_minor = 0;

static int protocol;
static int packets;
static volatile char* last_kept;

static __attribute__((noinline)) int dissect_and_keep(void* bytes, void* info, void* tree, void* data) {
    (void)bytes, (void)info, (void)tree, (void)data;
    if (++packets % 10) return 0;
    last_kept = g_malloc(1337);
    *last_kept = 1;
    return 0;
}

static void register_protocol(void) { protocol = proto_register_protocol("Keeper", "Keeper", "keeper"); }
static void hand_over(void) { register_postdissector(create_dissector_handle(dissect_and_keep, protocol)); }

void plugin_register(void) {
    static const struct proto_plugin kPlugin = {register_protocol, hand_over};
    proto_register_plugin(&kPlugin);
}
