/* Calls back from a large frame. Loaded in turn with the plugin that does so from a small one. */
__attribute__((visibility("default"))) int dregs_plugin_call(void (*hook)(void)) {
    volatile char large[4321];
    large[17] = 2;
    hook();
    return large[17];
}
