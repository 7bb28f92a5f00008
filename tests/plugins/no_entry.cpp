// A library that forgot DllGetClassObject.
extern "C" int nothing_to_see() {
    return 0;
}
