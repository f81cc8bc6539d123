/* An indirect function that is resolved in the first call through the PLT: its resolver runs below the dynamic
 * loader's _dl_runtime_resolve, whose frame is found through rbx. */
__attribute__((visibility("default"))) void (*dregs_plugin_hook)(void);

static int answer(void) { return 42; }

__attribute__((used)) static int (*resolve(void))(void) {
    if (dregs_plugin_hook) dregs_plugin_hook();
    return answer;
}

__attribute__((visibility("default"))) int dregs_plugin_indirect(void) __attribute__((ifunc("resolve")));

__attribute__((visibility("default"))) int dregs_plugin_call(void) { return dregs_plugin_indirect(); }
