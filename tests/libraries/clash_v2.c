/* libclash.so.2: the library that followed libclash.so.1. */
int clash_scale(void);
int clash_scale(void) { return 2; }
