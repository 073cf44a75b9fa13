/* libclash.so.1: an old library; libclash.so.2 is its successor. */
int clash_scale(void);
int clash_scale(void) { return 1; }
