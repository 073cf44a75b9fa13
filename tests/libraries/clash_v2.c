/* libclash.so.2: the successor of libclash.so.1. */
int clash_scale(void);
int clash_scale(void) { return 2; }
