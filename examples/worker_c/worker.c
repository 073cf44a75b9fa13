/* A worker for cnnspec to judge: a program that gets requests over a socket and computes the results. It has twelve of
 * the fourteen operations (all but average pooling), in single precision. Replace the loops by your fast ones.
 * ../../docs/worker.md is the protocol.
 *
 * Options: --guards   map each tensor between pages that cannot be accessed: access beyond a tensor is a crash
 *          --mistake  flip the filter
 */
#define _GNU_SOURCE
#include <cnnspec/kernel.h>

#include <malloc.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SOCKET = 3, MEMORY = 4, MOST_TENSORS = 4, MOST_NUMBERS = 18 };

static bool guards = false, mistake = false;

/* ---- The operations ---- */

/* All fields are int64_t. The judge sends them in the order of the structures. */
union problem {
  cnnspec_conv2d conv2d;
  cnnspec_pool2d pool2d;
  cnnspec_linear linear;
  cnnspec_elementwise elementwise;
  int64_t numbers[MOST_NUMBERS];
};

enum pass { FORWARD, BACKWARD_INPUT, BACKWARD_KERNEL };

/* Adds to `out` all products of one output channel and one input channel of an image. */
static void add_channel(const cnnspec_conv2d* g, enum pass pass, const float* a, const float* b, float* out) {
  for (int64_t i = 0; i < g->out_height; ++i)
    for (int64_t j = 0; j < g->out_width; ++j)
      for (int64_t p = 0; p < g->kernel_height; ++p)
        for (int64_t q = 0; q < g->kernel_width; ++q) {
          const int64_t row = i * g->stride_height + p * g->dilation_height - g->pad_top;
          const int64_t column = j * g->stride_width + q * g->dilation_width - g->pad_left;
          if (row < 0 || row >= g->in_height || column < 0 || column >= g->in_width) continue; /* padding */
          const int64_t x = row * g->in_width + column, y = i * g->out_width + j;
          const int64_t tap = p * g->kernel_width + q;
          const int64_t w = mistake ? g->kernel_height * g->kernel_width - 1 - tap : tap;
          if (pass == FORWARD) out[y] += a[x] * b[w];
          if (pass == BACKWARD_INPUT) out[x] += a[w] * b[y];
          if (pass == BACKWARD_KERNEL) out[w] += a[x] * b[y];
        }
}

/* Adds to `out` all products of a convolution: of x and w, of w and dy, or of x and dy. */
static void add_products(const cnnspec_conv2d* g, enum pass pass, const float* a, const float* b, float* out) {
  const int64_t in_channels = g->in_channels / g->groups, out_channels = g->out_channels / g->groups;
  const int64_t in_plane = g->in_height * g->in_width, out_plane = g->out_height * g->out_width;
  const int64_t window = g->kernel_height * g->kernel_width;
  for (int64_t n = 0; n < g->batch; ++n)
    for (int64_t o = 0; o < g->out_channels; ++o)
      for (int64_t c = 0; c < in_channels; ++c) {
        const int64_t x = (n * g->in_channels + o / out_channels * in_channels + c) * in_plane;
        const int64_t w = (o * in_channels + c) * window, y = (n * g->out_channels + o) * out_plane;
        if (pass == FORWARD) add_channel(g, pass, a + x, b + w, out + y);
        if (pass == BACKWARD_INPUT) add_channel(g, pass, a + w, b + y, out + x);
        if (pass == BACKWARD_KERNEL) add_channel(g, pass, a + x, b + y, out + w);
      }
}

static void set(float* out, int64_t count, float value) {
  for (int64_t n = 0; n < count; ++n) out[n] = value;
}

static void conv2d_forward(const union problem* problem, const float* const in[], float* y) {
  const cnnspec_conv2d* const g = &problem->conv2d;
  const int64_t plane = g->out_height * g->out_width;
  for (int64_t n = 0; n < g->batch; ++n)
    for (int64_t o = 0; o < g->out_channels; ++o)
      set(y + (n * g->out_channels + o) * plane, plane, in[2] ? in[2][o] : 0); /* the bias, if there is one */
  add_products(g, FORWARD, in[0], in[1], y);
}

static void conv2d_backward_input(const union problem* problem, const float* const in[], float* dx) {
  const cnnspec_conv2d* const g = &problem->conv2d;
  set(dx, g->batch * g->in_channels * g->in_height * g->in_width, 0);
  add_products(g, BACKWARD_INPUT, in[0], in[1], dx);
}

static void conv2d_backward_kernel(const union problem* problem, const float* const in[], float* dw) {
  const cnnspec_conv2d* const g = &problem->conv2d;
  set(dw, g->out_channels * (g->in_channels / g->groups) * g->kernel_height * g->kernel_width, 0);
  add_products(g, BACKWARD_KERNEL, in[0], in[1], dw);
}

static void conv2d_backward_bias(const union problem* problem, const float* const in[], float* db) {
  const cnnspec_conv2d* const g = &problem->conv2d;
  const int64_t plane = g->out_height * g->out_width;
  set(db, g->out_channels, 0);
  for (int64_t n = 0; n < g->batch; ++n)
    for (int64_t o = 0; o < g->out_channels; ++o)
      for (int64_t k = 0; k < plane; ++k) db[o] += in[0][(n * g->out_channels + o) * plane + k];
}

/* The cell of a plane that wins in the window of output (i, j): the first of the greatest ones, but a NaN replaces any.
 * -1: the window has only padding. */
static int64_t winner(const cnnspec_pool2d* g, const float* x, int64_t i, int64_t j) {
  int64_t best = -1;
  for (int64_t p = 0; p < g->kernel_height; ++p)
    for (int64_t q = 0; q < g->kernel_width; ++q) {
      const int64_t row = i * g->stride_height + p * g->dilation_height - g->pad_top;
      const int64_t column = j * g->stride_width + q * g->dilation_width - g->pad_left;
      if (row < 0 || row >= g->in_height || column < 0 || column >= g->in_width) continue; /* padding never wins */
      const int64_t cell = row * g->in_width + column;
      if (best < 0 || x[cell] > x[best] || isnan(x[cell])) best = cell;
    }
  return best;
}

static void max_pool2d_forward(const union problem* problem, const float* const in[], float* y) {
  const cnnspec_pool2d* const g = &problem->pool2d;
  for (int64_t k = 0; k < g->batch * g->channels; ++k) {
    const float* const x = in[0] + k * g->in_height * g->in_width;
    for (int64_t i = 0; i < g->out_height; ++i)
      for (int64_t j = 0; j < g->out_width; ++j) {
        const int64_t cell = winner(g, x, i, j);
        *y++ = cell < 0 ? -INFINITY : x[cell];
      }
  }
}

static void max_pool2d_backward(const union problem* problem, const float* const in[], float* dx) {
  const cnnspec_pool2d* const g = &problem->pool2d;
  const int64_t plane = g->in_height * g->in_width;
  const float* dy = in[1];
  set(dx, g->batch * g->channels * plane, 0);
  for (int64_t k = 0; k < g->batch * g->channels; ++k)
    for (int64_t i = 0; i < g->out_height; ++i)
      for (int64_t j = 0; j < g->out_width; ++j, ++dy) {
        const int64_t cell = winner(g, in[0] + k * plane, i, j);
        if (cell >= 0) dx[k * plane + cell] += *dy;
      }
}

static void relu_forward(const union problem* problem, const float* const in[], float* y) {
  for (int64_t n = 0; n < problem->elementwise.count; ++n) y[n] = in[0][n] <= 0 ? 0 : in[0][n];
}

static void relu_backward(const union problem* problem, const float* const in[], float* dx) {
  for (int64_t n = 0; n < problem->elementwise.count; ++n) dx[n] = in[0][n] <= 0 ? 0 : in[1][n];
}

static void linear_forward(const union problem* problem, const float* const in[], float* y) {
  const cnnspec_linear* const g = &problem->linear;
  for (int64_t n = 0; n < g->batch; ++n)
    for (int64_t o = 0; o < g->out_features; ++o) {
      float sum = in[2] ? in[2][o] : 0;
      for (int64_t c = 0; c < g->in_features; ++c) sum += in[0][n * g->in_features + c] * in[1][o * g->in_features + c];
      *y++ = sum;
    }
}

static void linear_backward_input(const union problem* problem, const float* const in[], float* dx) {
  const cnnspec_linear* const g = &problem->linear;
  set(dx, g->batch * g->in_features, 0);
  for (int64_t n = 0; n < g->batch; ++n)
    for (int64_t o = 0; o < g->out_features; ++o)
      for (int64_t c = 0; c < g->in_features; ++c)
        dx[n * g->in_features + c] += in[0][o * g->in_features + c] * in[1][n * g->out_features + o];
}

static void linear_backward_weight(const union problem* problem, const float* const in[], float* dw) {
  const cnnspec_linear* const g = &problem->linear;
  set(dw, g->out_features * g->in_features, 0);
  for (int64_t n = 0; n < g->batch; ++n)
    for (int64_t o = 0; o < g->out_features; ++o)
      for (int64_t c = 0; c < g->in_features; ++c)
        dw[o * g->in_features + c] += in[0][n * g->in_features + c] * in[1][n * g->out_features + o];
}

static void linear_backward_bias(const union problem* problem, const float* const in[], float* db) {
  const cnnspec_linear* const g = &problem->linear;
  set(db, g->out_features, 0);
  for (int64_t n = 0; n < g->batch; ++n)
    for (int64_t o = 0; o < g->out_features; ++o) db[o] += in[0][n * g->out_features + o];
}

static const struct function {
  const char* name;
  void (*compute)(const union problem*, const float* const inputs[], float* output);
} functions[] = {
    {"conv2d_forward_f32", conv2d_forward},
    {"conv2d_backward_input_f32", conv2d_backward_input},
    {"conv2d_backward_kernel_f32", conv2d_backward_kernel},
    {"conv2d_backward_bias_f32", conv2d_backward_bias},
    {"max_pool2d_forward_f32", max_pool2d_forward},
    {"max_pool2d_backward_f32", max_pool2d_backward},
    {"relu_forward_f32", relu_forward},
    {"relu_backward_f32", relu_backward},
    {"linear_forward_f32", linear_forward},
    {"linear_backward_input_f32", linear_backward_input},
    {"linear_backward_weight_f32", linear_backward_weight},
    {"linear_backward_bias_f32", linear_backward_bias},
};
enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

/* ---- Where tensors lie ---- */

static void* mapped(void* address, size_t bytes, int protection, int flags, int descriptor, int64_t offset) {
  void* const memory = mmap(address, bytes, protection, flags, descriptor, offset);
  if (memory != MAP_FAILED) return memory;
  perror("worker_c: mmap");
  exit(1);
}

/* The whole file. It can grow between calls, so it is mapped again before the first tensor of a call. */
static char* file = NULL;

static void map_file(void) {
  static int64_t mapped_size = 0;
  struct stat status;
  if (fstat(MEMORY, &status) != 0 || status.st_size == mapped_size) return;
  if (file) munmap(file, mapped_size);
  mapped_size = status.st_size;
  file = mapped(NULL, mapped_size, PROT_READ | PROT_WRITE, MAP_SHARED, MEMORY, 0);
}

struct tensor {
  float* data; /* NULL: the bias is absent */
  void* pages; /* with --guards: the mapping to release */
  size_t bytes;
};

/* Maps the pages of the file that hold the tensor, and on each side one page that cannot be accessed. */
static struct tensor between_guards(int64_t offset, int64_t bytes) {
  const int64_t page = sysconf(_SC_PAGESIZE), first = offset / page * page;
  const int64_t size = (offset + bytes - first + page - 1) / page * page;
  struct tensor t = {NULL, NULL, size + 2 * page};
  t.pages = mapped(NULL, t.bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char* const begin = (char*)t.pages + page;
  mapped(begin, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, MEMORY, first);
  t.data = (float*)(begin + (offset - first));
  return t;
}

/* OFFSET:SHAPE:STRIDES, or "-". The strides are those of a dense tensor, as in cnnspec/kernel.h. */
static struct tensor tensor_at(const char* text) {
  if (*text == '-') return (struct tensor){NULL, NULL, 0};
  char* rest;
  const int64_t offset = strtoll(text, &rest, 10);
  int64_t bytes = sizeof(float);
  while (*rest == ':' || *rest == ',') {
    bytes *= strtoll(rest + 1, &rest, 10);
    if (*rest == ':') break; /* the strides */
  }
  if (guards) return between_guards(offset, bytes);
  return (struct tensor){(float*)(file + offset), NULL, 0};
}

/* ---- The protocol ---- */

static void hello(void) {
  char line[4096] = "hello 1";
  for (int n = 0; n < FUNCTIONS; ++n) strcat(strcat(line, " "), functions[n].name);
  dprintf(SOCKET, "%s\n", line);
}

/* From now on, allocated memory is full of these bytes, so that reading memory before writing it shows. */
static void fill_heap_with(int byte) {
#if defined(M_PERTURB)
  mallopt(M_PERTURB, byte ^ 0xff);
#else
  (void)byte;
#endif
}

static bool is_tensor(const char* value) { return *value == '-' || strchr(value, ':'); }

/* The fields after "call ": ID FUNCTION heap=BYTE key=value... NAME=TENSOR... */
static void call(char* fields) {
  const char* const id = strtok(fields, " ");
  const char* const name = strtok(NULL, " ");
  union problem problem;
  struct tensor tensors[MOST_TENSORS];
  int numbers = 0, count = 0;
  if (!guards) map_file();
  for (char* field; (field = strtok(NULL, " "));) {
    const char* const value = strchr(field, '=') + 1;
    if (is_tensor(value) && count < MOST_TENSORS)
      tensors[count++] = tensor_at(value);
    else if (strncmp(field, "heap=", 5) == 0)
      fill_heap_with(atoi(value));
    else if (numbers < MOST_NUMBERS)
      problem.numbers[numbers++] = strtoll(value, NULL, 10);
  }
  const float* inputs[MOST_TENSORS] = {NULL};
  for (int n = 0; n + 1 < count; ++n) inputs[n] = tensors[n].data;
  const struct function* f = functions;
  while (f < functions + FUNCTIONS && strcmp(f->name, name) != 0) ++f;
  if (f == functions + FUNCTIONS) {
    dprintf(SOCKET, "unsupported %s\n", id);
    return;
  }
  f->compute(&problem, inputs, tensors[count - 1].data);
  for (int n = 0; n < count; ++n)
    if (tensors[n].pages) munmap(tensors[n].pages, tensors[n].bytes);
  dprintf(SOCKET, "done %s\n", id);
}

int main(int argc, char* argv[]) {
  for (int n = 1; n < argc; ++n) {
    guards = guards || strcmp(argv[n], "--guards") == 0;
    mistake = mistake || strcmp(argv[n], "--mistake") == 0;
  }
#ifdef MISTAKE
  mistake = true;
#endif
  FILE* const judge = fdopen(SOCKET, "r");
  if (!judge) {
    fprintf(stderr, "worker_c: cnnspec starts this: cnnspec judge worker:%s\n", argv[0]);
    return 1;
  }
  char line[4096];
  while (fgets(line, sizeof line, judge)) {
    line[strcspn(line, "\n")] = '\0';
    if (strcmp(line, "hello 1") == 0) hello();
    if (strncmp(line, "call ", 5) == 0) call(line + 5);
  }
  return 0; /* the judge has closed the socket */
}
