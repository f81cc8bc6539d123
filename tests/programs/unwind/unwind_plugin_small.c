/* Calls back from a small frame. Loaded in turn with the plugin that does so from a large one. */
__attribute__((visibility("default"))) int dregs_plugin_call(void (*hook)(void)) {
    hook();
    return 1;
}
