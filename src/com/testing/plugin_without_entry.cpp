// A library that can be loaded and has no class.
extern "C" __attribute__((visibility("default"))) int com_test_plugin_without_entry();

int com_test_plugin_without_entry() {
    return 42;
}
