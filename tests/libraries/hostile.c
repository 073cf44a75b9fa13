/* Kernels with right results that also do something that no kernel should do: each is this file with another macro. A
 * hostile action in a call happens in the middle of the call, and only if there are more than 3 elements, so that the
 * plainest cases succeed. A hostile action at load happens in a constructor. For comparison, HOSTILE_NOTHING has no
 * such action. */
#define _GNU_SOURCE
#include <cnnspec/kernel.h>
#include <fenv.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#define IN_THE_CALL __attribute__((unused)) static int in_the_call(void)
#define NOTHING_IN_THE_CALL IN_THE_CALL { return CNNSPEC_DONE; }
#define AT_LOAD NOTHING_IN_THE_CALL __attribute__((constructor)) static void at_load(void)

int cnnspec_kernel_abi(void) { return CNNSPEC_KERNEL_ABI; }

typedef struct {
  const float *x;
  float *y;
  int64_t count;
} work;

static inline void relu(const work *w) {
  for (int64_t i = 0; i < w->count; ++i) w->y[i] = w->x[i] <= 0 ? 0 : w->x[i];
}

/* ---- Signals ---- */

#if defined(HOSTILE_SIGNALS) || defined(HOSTILE_SIGNALS_AT_LOAD) || defined(HOSTILE_SIGNALS_AT_LOAD_AND_CRASH) || \
    defined(HOSTILE_SIGNALS_AT_LOAD_AND_HANGS)
static void ignore(int signal) { (void)signal; }
/* It handles or ignores the signals that the judge may rely on, and blocks all signals. */
static void take_signals(void) {
  signal(SIGSEGV, ignore);
  signal(SIGTERM, ignore);
  signal(SIGINT, ignore);
  signal(SIGALRM, SIG_IGN);
  signal(SIGCHLD, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
}
#endif

#if defined(HOSTILE_SIGNALS)
IN_THE_CALL { return take_signals(), CNNSPEC_DONE; }
#elif defined(HOSTILE_SIGNALS_AT_LOAD)
AT_LOAD { take_signals(); }
#elif defined(HOSTILE_SIGNALS_AT_LOAD_AND_CRASH)
/* It crashes. The judge may not learn of its end from the signal that the end sends. */
__attribute__((constructor)) static void at_load(void) { take_signals(); }
IN_THE_CALL {
  volatile int *volatile nowhere = NULL;
  *nowhere = 1;
  return CNNSPEC_DONE;
}
#elif defined(HOSTILE_SIGNALS_AT_LOAD_AND_HANGS)
/* It never returns, and ignores all signals that can be blocked. Its process has a recognisable name. */
__attribute__((constructor)) static void at_load(void) { take_signals(); }
IN_THE_CALL {
  prctl(PR_SET_NAME, "cnnspec-stuck");
  while (pause()) continue;
  return CNNSPEC_DONE;
}

/* ---- How numbers are computed ---- */

#elif defined(HOSTILE_ROUNDING)
/* It leaves the processor in a mode that rounds upward and flushes subnormals. relu only compares, and stays right. */
IN_THE_CALL {
  fesetround(FE_UPWARD);
#if defined(__x86_64__)
  const unsigned flush_to_zero = 0x8000;
  _mm_setcsr(_mm_getcsr() | flush_to_zero);
#endif
  return CNNSPEC_DONE;
}
#elif defined(HOSTILE_ROUNDING_AT_LOAD)
/* It rounds upward and flushes subnormals: x <= 0 is then true for a positive subnormal, and relu is wrong. */
AT_LOAD {
  fesetround(FE_UPWARD);
#if defined(__x86_64__)
  const unsigned flush_to_zero = 0x8000, denormals_are_zero = 0x40;
  _mm_setcsr(_mm_getcsr() | flush_to_zero | denormals_are_zero);
#endif
}
#elif defined(HOSTILE_SUBNORMAL)
NOTHING_IN_THE_CALL
static double flushed(double v) { return v > -0x1p-1022 && v < 0x1p-1022 ? 0 : v; }
/* It flushes subnormals in its own code, and does not change the processor's mode. */
int cnnspec_linear_forward_f64(const cnnspec_linear *g, const double *x, const double *w, const double *b, double *y) {
  for (int64_t n = 0; n < g->batch; ++n)
    for (int64_t o = 0; o < g->out_features; ++o) {
      double sum = b == NULL ? 0 : b[o];
      for (int64_t i = 0; i < g->in_features; ++i) sum += x[n * g->in_features + i] * w[o * g->in_features + i];
      y[n * g->out_features + o] = flushed(sum);
    }
  return CNNSPEC_DONE;
}

/* ---- State of the whole process ---- */

#elif defined(HOSTILE_LOCALE)
/* It changes the language, the time zone, and the libraries that later programs preload. */
IN_THE_CALL {
  setenv("LC_ALL", "de_DE.UTF-8", 1);
  setenv("TZ", "Pacific/Chatham", 1);
  setenv("LD_PRELOAD", "/nonexistent/library.so", 1);
  if (setlocale(LC_ALL, "") == NULL) setlocale(LC_ALL, "C.UTF-8");
  return CNNSPEC_DONE;
}
#elif defined(HOSTILE_DIRECTORY)
/* It changes the working folder. */
IN_THE_CALL { return chdir("/") == 0 ? CNNSPEC_DONE : 2; }
#elif defined(HOSTILE_DIRECTORY_AT_LOAD)
/* It changes the working folder, in which the judge should write its files. */
AT_LOAD {
  if (chdir("/") != 0) abort();
}
#elif defined(HOSTILE_DESCRIPTORS)
/* It closes files that it did not open. */
IN_THE_CALL {
  for (int n = 0; n < 10; ++n) close(n);
  return CNNSPEC_DONE;
}
#elif defined(HOSTILE_DESCRIPTORS_AT_LOAD)
/* It closes files that it did not open. */
AT_LOAD {
  for (int n = 0; n < 10; ++n) close(n);
}

/* ---- Threads ---- */

#elif defined(HOSTILE_THREADS_AT_LOAD)
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static const work *to_do;

static void *do_work(void *nothing) {
  pthread_mutex_lock(&mutex);
  for (;;) {
    while (to_do == NULL) pthread_cond_wait(&changed, &mutex);
    relu(to_do);
    to_do = NULL;
    pthread_cond_broadcast(&changed);
  }
  return nothing;
}
/* It starts the threads that its calls need. A fork of the process that loaded it has no threads, and calls hang. */
AT_LOAD {
  pthread_t thread;
  for (int n = 0; n < 2; ++n)
    if (pthread_create(&thread, NULL, do_work, NULL) != 0) abort();
}

#define HAS_RELU
int cnnspec_relu_forward_f32(const cnnspec_elementwise *g, const float *x, float *y) {
  const work all = {x, y, g->count};
  pthread_mutex_lock(&mutex);
  to_do = &all;
  pthread_cond_broadcast(&changed);
  while (to_do != NULL) pthread_cond_wait(&changed, &mutex);
  pthread_mutex_unlock(&mutex);
  return CNNSPEC_DONE;
}

/* ---- How the process ends ---- */

#elif defined(HOSTILE_EXIT)
/* It ends the process, as if all were well. */
IN_THE_CALL { exit(0); }
#elif defined(HOSTILE_EXIT_QUIETLY)
/* It ends the process, as if all were well, without calling handlers. */
IN_THE_CALL { _exit(0); }
#elif defined(HOSTILE_ATEXIT_AT_LOAD)
static void say_goodbye(void) {
  puts("goodbye");
  fflush(stdout);
}
/* It prints when the process that loaded it ends. */
AT_LOAD { atexit(say_goodbye); }
#elif defined(HOSTILE_HANGS)
/* It never returns. Its process has a recognisable name. */
IN_THE_CALL {
  prctl(PR_SET_NAME, "cnnspec-stuck");
  while (pause()) continue;
  return CNNSPEC_DONE;
}
#elif defined(HOSTILE_SLEEPS_AT_LOAD)
/* Loading it never ends. */
AT_LOAD {
  for (;;) pause();
}
#elif defined(HOSTILE_DIES_AT_LOAD)
/* It crashes when it is loaded. */
AT_LOAD { raise(SIGSEGV); }
#elif defined(HOSTILE_EXITS_AT_LOAD)
/* It ends the process that loads it, as if all were well. */
AT_LOAD { exit(0); }

/* ---- Output ---- */

#elif defined(HOSTILE_PRINTS) || defined(HOSTILE_PRINTS_AT_LOAD)
/* It prints 100 kB to standard output, and as much to standard error. */
static void print(void) {
  for (int line = 0; line < 100000 / 6; ++line) {
    fputs("hello\n", stdout);
    fputs("hello\n", stderr);
  }
  fflush(stdout);
}
#if defined(HOSTILE_PRINTS)
IN_THE_CALL { return print(), CNNSPEC_DONE; }
#else
AT_LOAD { print(); }
#endif

/* ---- Processes ---- */

#elif defined(HOSTILE_CHILDREN) || defined(HOSTILE_CHILDREN_IN_A_SESSION) || defined(HOSTILE_CHILDREN_AT_LOAD) || \
    defined(HOSTILE_CHILDREN_WITH_ODD_NAMES)
/* Gives the process a recognisable name, for the tests that search for it, and lets it sleep for a long time. */
static void stray(void) {
  prctl(PR_SET_NAME, "cnnspec-stray");
  sleep(1000);
  _exit(0);
}
#if defined(HOSTILE_CHILDREN)
/* It leaves a child behind. */
IN_THE_CALL {
  if (fork() == 0) stray();
  return CNNSPEC_DONE;
}
#elif defined(HOSTILE_CHILDREN_AT_LOAD)
/* When it is loaded, it leaves behind a process with another parent and in its own session. */
AT_LOAD {
  if (fork() == 0) {
    setsid();
    if (fork() == 0) stray();
    _exit(0);
  }
  wait(NULL);
}
#elif defined(HOSTILE_CHILDREN_WITH_ODD_NAMES)
/* It leaves behind children in their own sessions: one name contains a bracket, one name is empty. */
IN_THE_CALL {
  for (int n = 0; n < 2; ++n)
    if (fork() == 0) {
      setsid();
      prctl(PR_SET_NAME, n == 0 ? "cnnspec)stray" : "");
      sleep(1000);
      _exit(0);
    }
  return CNNSPEC_DONE;
}
#else
/* It leaves behind a process with another parent and in its own session. */
IN_THE_CALL {
  if (fork() == 0) {
    setsid();
    if (fork() == 0) stray();
    _exit(0);
  }
  return CNNSPEC_DONE;
}
#endif
#elif defined(HOSTILE_KILLS_PARENT)
/* It kills its parent process, but only if this is a process of the judge and not the one that adopts orphans. */
IN_THE_CALL {
  const pid_t parent = getppid();
  char path[64], name[16] = "";
  snprintf(path, sizeof path, "/proc/%ld/comm", (long)parent);
  FILE *const file = fopen(path, "r");
  if (file == NULL) return CNNSPEC_DONE;
  if (fgets(name, sizeof name, file) != NULL && strncmp(name, "cnnspec", strlen("cnnspec")) == 0) kill(parent, SIGKILL);
  fclose(file);
  return CNNSPEC_DONE;
}

/* ---- Memory ---- */

#elif defined(HOSTILE_MEMORY)
/* It allocates all available memory, up to 16 GiB, and returns an error when there is no more. */
IN_THE_CALL {
  const size_t step = (size_t)16 << 20;
  for (int n = 0; n < 1024; ++n) {
    char *const block = malloc(step);
    if (block == NULL) return 2;
    for (size_t i = 0; i < step; i += 4096) ((volatile char *)block)[i] = 1;
  }
  return CNNSPEC_DONE;
}
#elif defined(HOSTILE_MEMORY_LEAK)
/* It never frees its 256 KiB. */
IN_THE_CALL {
  const size_t size = (size_t)256 << 10;
  char *const block = malloc(size);
  if (block == NULL) return 2;
  for (size_t i = 0; i < size; ++i) ((volatile char *)block)[i] = 1;
  return CNNSPEC_DONE;
}
#elif defined(HOSTILE_UNWRITTEN)
/* It assumes that allocated memory is zero, also in small blocks that are used again. */
IN_THE_CALL {
  for (size_t size = 32; size <= 4096; size += 96) {
    free(malloc(size));
    unsigned char *const block = malloc(size);
    if (block == NULL) return 3;
    for (size_t i = 16; i < size; ++i)
      if (((volatile unsigned char *)block)[i] != 0) return 2;
    free(block);
  }
  return CNNSPEC_DONE;
}
#elif defined(HOSTILE_NOTHING)
NOTHING_IN_THE_CALL
#else
#error "one of the macros is needed"
#endif

/* ---- The kernel itself ---- */

#if !defined(HAS_RELU)
int cnnspec_relu_forward_f32(const cnnspec_elementwise *g, const float *x, float *y) {
  const int64_t half = g->count / 2;
  const work first = {x, y, half}, second = {x + half, y + half, g->count - half};
  relu(&first);
  const int status = g->count > 3 ? in_the_call() : CNNSPEC_DONE;
  relu(&second);
  return status;
}
#endif
