/* libclash.so.1: a library that has been followed by another of the same name. */
int clash_scale(void);
int clash_scale(void) { return 1; }
