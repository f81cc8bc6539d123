/* A dissector for the reports of electricity meters, UDP port 7777: a plugin for Wireshark 4.0.
 *
 * A report is a meter's number, a count in watt-hours, and a sum of both to check. The plugin leaks: see walk.md. */
#include <stddef.h>
#include <stdint.h>

/* What it uses of Wireshark and GLib; their headers have more than the walk needs. */
void* g_malloc(size_t bytes);
void g_free(void* block);
int proto_register_protocol(const char* name, const char* short_name, const char* filter_name);
void* create_dissector_handle(int (*dissector)(void*, void*, void*, void*), int protocol);
void dissector_add_uint(const char* table, uint32_t value, void* handle);
uint32_t tvb_get_ntohl(void* buffer, int offset);
int tvb_captured_length(void* buffer);
struct proto_plugin {
    void (*register_protoinfo)(void);
    void (*register_handoff)(void);
};
void proto_register_plugin(const struct proto_plugin* plugin);

struct report {
    uint32_t meter, watt_hours, sum;
    char text[84];
};

static int protocol;
static uint64_t total_watt_hours;

static struct report* read_report(void* buffer) {
    struct report* report = g_malloc(sizeof *report);
    report->meter = tvb_get_ntohl(buffer, 0);
    report->watt_hours = tvb_get_ntohl(buffer, 4);
    report->sum = tvb_get_ntohl(buffer, 8);
    return report;
}

static int dissect_report(void* buffer, void* info, void* tree, void* data) {
    (void)info, (void)tree, (void)data;
    if (tvb_captured_length(buffer) < 12) return 0;
    struct report* report = read_report(buffer);
    if (report->sum != report->meter + report->watt_hours) return 0; /* not one of ours */
    total_watt_hours += report->watt_hours;
    g_free(report);
    return 12;
}

static void register_protocol(void) { protocol = proto_register_protocol("Meter report", "Meter", "meter"); }
static void hand_over(void) { dissector_add_uint("udp.port", 7777, create_dissector_handle(dissect_report, protocol)); }

extern const char plugin_version[];
extern const int plugin_want_major;
extern const int plugin_want_minor;
void plugin_register(void);
const char plugin_version[] = "1";
const int plugin_want_major = 4;
const int plugin_want_minor = 0;

void plugin_register(void) {
    static const struct proto_plugin kPlugin = {register_protocol, hand_over};
    proto_register_plugin(&kPlugin);
}
