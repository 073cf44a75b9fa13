// oneDNN, version 2 or 3, called as a kernel. It may choose its own layouts, as in a framework, so that its optimised
// code is judged; tensors are reordered on the way in and out.
#include <dlfcn.h>

#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "checks/kernels/kernel.hpp"
#include "checks/plugins/plugin.hpp"

namespace cnnspec::checks {

namespace {

static_assert(DNNL_VERSION_MAJOR == 2 || DNNL_VERSION_MAJOR == 3, "this adapter is written for oneDNN 2 and 3");

using dnnl::algorithm, dnnl::memory, dnnl::prop_kind;
using Dims = memory::dims;
using Tag = memory::format_tag;
using Type = memory::data_type;

template <Type type>
using Storage = std::conditional_t<type == Type::f32, float, std::uint16_t>;

const dnnl::engine& cpu() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::stream& stream() {
  thread_local dnnl::stream stream(cpu());
  return stream;
}

/// Sets one thread, unless the user requested a number: the judge itself runs cases in parallel, and the threads of
/// OpenMP do not survive a fork. The library brings its own OpenMP. So the function is looked up among the libraries
/// loaded with the plug-in: in a plug-in, RTLD_DEFAULT searches the program, then the plug-in's dependencies.
bool settle_threads() {
  using SetThreads = void(int);
  if (std::getenv("OMP_NUM_THREADS") != nullptr) return true;
  if (void* const found = dlsym(RTLD_DEFAULT, "omp_set_num_threads"); found != nullptr)
    reinterpret_cast<SetThreads*>(found)(1);
  return true;
}

/// Runs `body`, and turns oneDNN's exceptions into a kernel's status.
template <class Body>
int status_of(Body body) {
  constexpr int own_error = 2;
  [[maybe_unused]] thread_local const bool settled = settle_threads();  // OpenMP's number of threads is thread-local
  try {
    body();
    return CNNSPEC_DONE;
  } catch (const dnnl::error& error) {
    return error.status == dnnl_unimplemented ? CNNSPEC_UNSUPPORTED : own_error;
  } catch (const std::exception&) {
    return own_error;
  }
}

/// A tensor's sizes and type, and the caller's layout of it.
struct Layout {
  Dims dims;
  Type type;
  Tag plain;
  memory::desc callers() const { return {dims, type, plain}; }
  memory::desc any() const { return {dims, type, Tag::any}; }
  memory with(const void* data) const { return {callers(), cpu(), const_cast<void*>(data)}; }
};

/// One tensor of a primitive: its name in the primitive, the caller's memory, and the layout that the primitive wants.
struct Argument {
  int name;
  memory tensor;
  memory::desc wanted;
};

memory zeros(const memory::desc& layout) {
  const memory result(layout, cpu());
  std::memset(result.get_data_handle(), 0, layout.get_size());
  return result;
}

void reorder(memory from, memory to) { dnnl::reorder(from, to).execute(stream(), from, to); }

/// Executes a primitive, with reorders before and after where its layouts differ from the caller's.
void execute(const dnnl::primitive& primitive, const std::initializer_list<Argument>& inputs, const Argument& output,
             const std::unordered_map<int, memory>& others = {}) {
  const auto as_wanted = [](const Argument& a) {
    return a.tensor.get_desc() == a.wanted ? a.tensor : memory(a.wanted, cpu());
  };
  std::unordered_map<int, memory> arguments = others;
  for (const Argument& in : inputs) {
    const memory tensor = arguments.emplace(in.name, as_wanted(in)).first->second;
    if (tensor != in.tensor) reorder(in.tensor, tensor);
  }
  const memory result = arguments.emplace(output.name, as_wanted(output)).first->second;
  primitive.execute(stream(), arguments);
  if (result != output.tensor) reorder(result, output.tensor);
  stream().wait();
}

// The differences between the versions. `parts` describe a problem, from which oneDNN chooses an implementation:
// version 2 takes them as a descriptor, version 3 takes them directly. The backward implementation is chosen after the
// one of `forward`.
#if DNNL_VERSION_MAJOR == 2

template <class Primitive, class... Parts>
typename Primitive::primitive_desc chosen_for(const Parts&... parts) {
  return {typename Primitive::desc(parts...), cpu()};
}
template <class Primitive, class Forward, class... Parts>
typename Primitive::primitive_desc chosen_after(const Forward& forward, const Parts&... parts) {
  return {typename Primitive::desc(parts...), cpu(), forward};
}

using PoolingForward = dnnl::pooling_v2_forward;  // with dilations
using PoolingBackward = dnnl::pooling_v2_backward;

dnnl::eltwise_forward::primitive_desc relu(const memory::desc& x) {
  return chosen_for<dnnl::eltwise_forward>(prop_kind::forward_training, algorithm::eltwise_relu, x);
}
dnnl::eltwise_backward::primitive_desc relu_derivative(const memory::desc& x) {
  return chosen_after<dnnl::eltwise_backward>(relu(x), algorithm::eltwise_relu, x, x);
}

#else

template <class Primitive, class... Parts>
typename Primitive::primitive_desc chosen_for(const Parts&... parts) {
  return {cpu(), parts...};
}
template <class Primitive, class Forward, class... Parts>
typename Primitive::primitive_desc chosen_after(const Forward& forward, const Parts&... parts) {
  return {cpu(), parts..., forward};
}

using PoolingForward = dnnl::pooling_forward;
using PoolingBackward = dnnl::pooling_backward;

dnnl::eltwise_forward::primitive_desc relu(const memory::desc& x) {
  return chosen_for<dnnl::eltwise_forward>(prop_kind::forward_training, algorithm::eltwise_relu, x, x);
}
dnnl::eltwise_backward::primitive_desc relu_derivative(const memory::desc& x) {
  return chosen_after<dnnl::eltwise_backward>(relu(x), algorithm::eltwise_relu, x, x, x);
}

#endif

/// conv2d in oneDNN's words: the groups are an axis of the weights, and dilation 0 is dense.
struct Convolution {
  Layout x, w, b, y;
  Dims strides, dilations, before, after;

  Convolution(const cnnspec_conv2d& g, Type type)
      : x{{g.batch, g.in_channels, g.in_height, g.in_width}, type, Tag::nchw},
        w{{g.out_channels, g.in_channels / g.groups, g.kernel_height, g.kernel_width}, type, Tag::oihw},
        b{{g.out_channels}, type, Tag::x},
        y{{g.batch, g.out_channels, g.out_height, g.out_width}, type, Tag::nchw},
        strides{g.stride_height, g.stride_width},
        dilations{g.dilation_height - 1, g.dilation_width - 1},
        before{g.pad_top, g.pad_left},
        after{g.pad_bottom, g.pad_right} {
    if (g.groups > 1)
      w = {{g.groups, g.out_channels / g.groups, g.in_channels / g.groups, g.kernel_height, g.kernel_width},
           type,
           Tag::goihw};
  }

  dnnl::convolution_forward::primitive_desc forward(bool with_bias) const {
    return chosen_for<dnnl::convolution_forward>(prop_kind::forward_training, algorithm::convolution_direct, x.any(),
                                                 w.any(), bias(with_bias), y.any(), strides, dilations, before, after);
  }
  dnnl::convolution_backward_data::primitive_desc backward_input() const {
    return chosen_after<dnnl::convolution_backward_data>(forward(false), algorithm::convolution_direct, x.any(),
                                                         w.any(), y.any(), strides, dilations, before, after);
  }
  dnnl::convolution_backward_weights::primitive_desc backward_weights(bool with_bias) const {
    return chosen_after<dnnl::convolution_backward_weights>(forward(with_bias), algorithm::convolution_direct, x.any(),
                                                            w.any(), bias(with_bias), y.any(), strides, dilations,
                                                            before, after);
  }

 private:
  memory::desc bias(bool with_bias) const { return with_bias ? b.callers() : memory::desc(); }
};

struct InnerProduct {
  Layout x, w, b, y;

  InnerProduct(const cnnspec_linear& g, Type type)
      : x{{g.batch, g.in_features}, type, Tag::nc},
        w{{g.out_features, g.in_features}, type, Tag::oi},
        b{{g.out_features}, type, Tag::x},
        y{{g.batch, g.out_features}, type, Tag::nc} {}

  dnnl::inner_product_forward::primitive_desc forward(bool with_bias) const {
    return chosen_for<dnnl::inner_product_forward>(prop_kind::forward_training, x.any(), w.any(), bias(with_bias),
                                                   y.any());
  }
  dnnl::inner_product_backward_data::primitive_desc backward_input() const {
    return chosen_after<dnnl::inner_product_backward_data>(forward(false), x.any(), w.any(), y.any());
  }
  dnnl::inner_product_backward_weights::primitive_desc backward_weights(bool with_bias) const {
    return chosen_after<dnnl::inner_product_backward_weights>(forward(with_bias), x.any(), w.any(), bias(with_bias),
                                                              y.any());
  }

 private:
  memory::desc bias(bool with_bias) const { return with_bias ? b.callers() : memory::desc(); }
};

// Convolution and inner product have the same tensors and the same parts, so the following code serves both: `P` is the
// problem, `Primitives` are the types of the primitives.

struct ConvolutionPrimitives {
  using Sizes = Convolution;
  using Forward = dnnl::convolution_forward;
  using BackwardInput = dnnl::convolution_backward_data;
  using BackwardWeights = dnnl::convolution_backward_weights;
};
struct InnerProductPrimitives {
  using Sizes = InnerProduct;
  using Forward = dnnl::inner_product_forward;
  using BackwardInput = dnnl::inner_product_backward_data;
  using BackwardWeights = dnnl::inner_product_backward_weights;
};

template <class Primitives, Type type, class P, class T = Storage<type> >
int forward(const P* g, const T* x, const T* w, const T* b, T* y) {
  return status_of([&] {
    const typename Primitives::Sizes sizes(*g, type);
    const auto chosen = sizes.forward(b != nullptr);
    std::unordered_map<int, memory> bias;
    if (b != nullptr) bias.emplace(DNNL_ARG_BIAS, sizes.b.with(b));
    execute(typename Primitives::Forward(chosen),
            {{DNNL_ARG_SRC, sizes.x.with(x), chosen.src_desc()},
             {DNNL_ARG_WEIGHTS, sizes.w.with(w), chosen.weights_desc()}},
            {DNNL_ARG_DST, sizes.y.with(y), chosen.dst_desc()}, bias);
  });
}

template <class Primitives, Type type, class P, class T = Storage<type> >
int backward_input(const P* g, const T* w, const T* dy, T* dx) {
  return status_of([&] {
    const typename Primitives::Sizes sizes(*g, type);
    const auto chosen = sizes.backward_input();
    execute(typename Primitives::BackwardInput(chosen),
            {{DNNL_ARG_WEIGHTS, sizes.w.with(w), chosen.weights_desc()},
             {DNNL_ARG_DIFF_DST, sizes.y.with(dy), chosen.diff_dst_desc()}},
            {DNNL_ARG_DIFF_SRC, sizes.x.with(dx), chosen.diff_src_desc()});
  });
}

template <class Primitives, Type type, class P, class T = Storage<type> >
int backward_weights(const P* g, const T* x, const T* dy, T* dw) {
  return status_of([&] {
    const typename Primitives::Sizes sizes(*g, type);
    const auto chosen = sizes.backward_weights(false);
    execute(typename Primitives::BackwardWeights(chosen),
            {{DNNL_ARG_SRC, sizes.x.with(x), chosen.src_desc()},
             {DNNL_ARG_DIFF_DST, sizes.y.with(dy), chosen.diff_dst_desc()}},
            {DNNL_ARG_DIFF_WEIGHTS, sizes.w.with(dw), chosen.diff_weights_desc()});
  });
}

/// oneDNN computes db only together with dw. So dw is also computed, for an x of zeros, and discarded.
template <class Primitives, Type type, class P, class T = Storage<type> >
int backward_bias(const P* g, const T* dy, T* db) {
  return status_of([&] {
    const typename Primitives::Sizes sizes(*g, type);
    const auto chosen = sizes.backward_weights(true);
    execute(
        typename Primitives::BackwardWeights(chosen), {{DNNL_ARG_DIFF_DST, sizes.y.with(dy), chosen.diff_dst_desc()}},
        {DNNL_ARG_DIFF_BIAS, sizes.b.with(db), chosen.diff_bias_desc()},
        {{DNNL_ARG_SRC, zeros(chosen.src_desc())}, {DNNL_ARG_DIFF_WEIGHTS, memory(chosen.diff_weights_desc(), cpu())}});
  });
}

struct Pooling {
  algorithm how;
  Layout x, y;
  Dims strides, kernel, dilations, before, after;

  Pooling(const auto& g, Type type, algorithm as)
      : how(as),
        x{{g.batch, g.channels, g.in_height, g.in_width}, type, Tag::nchw},
        y{{g.batch, g.channels, g.out_height, g.out_width}, type, Tag::nchw},
        strides{g.stride_height, g.stride_width},
        kernel{g.kernel_height, g.kernel_width},
        // For a window of one cell, oneDNN 2 cannot average with a dilation, which has no effect there.
        dilations{g.kernel_height == 1 ? 0 : g.dilation_height - 1, g.kernel_width == 1 ? 0 : g.dilation_width - 1},
        before{g.pad_top, g.pad_left},
        after{g.pad_bottom, g.pad_right} {}

  PoolingForward::primitive_desc forward(prop_kind kind) const {
    return chosen_for<PoolingForward>(kind, how, x.callers(), y.any(), strides, kernel, dilations, before, after);
  }
  PoolingBackward::primitive_desc backward(const PoolingForward::primitive_desc& forward) const {
    return chosen_after<PoolingBackward>(forward, how, x.callers(), y.any(), strides, kernel, dilations, before, after);
  }
};

template <Type type, class T = Storage<type> >
int max_pool2d_forward(const cnnspec_pool2d* g, const T* x, T* y) {
  return status_of([&] {
    const Pooling sizes(*g, type, algorithm::pooling_max);
    const auto chosen = sizes.forward(prop_kind::forward_inference);
    execute(PoolingForward(chosen), {{DNNL_ARG_SRC, sizes.x.with(x), chosen.src_desc()}},
            {DNNL_ARG_DST, sizes.y.with(y), chosen.dst_desc()});
  });
}

/// The winners come from a forward run, in a workspace with a format that only oneDNN knows.
template <Type type, class T = Storage<type> >
int max_pool2d_backward(const cnnspec_pool2d* g, const T* x, const T* dy, T* dx) {
  return status_of([&] {
    const Pooling sizes(*g, type, algorithm::pooling_max);
    const auto forward = sizes.forward(prop_kind::forward_training);
    const auto chosen = sizes.backward(forward);
    const memory y(forward.dst_desc(), cpu()), winners(forward.workspace_desc(), cpu());
    execute(PoolingForward(forward), {{DNNL_ARG_SRC, sizes.x.with(x), forward.src_desc()}},
            {DNNL_ARG_DST, y, forward.dst_desc()}, {{DNNL_ARG_WORKSPACE, winners}});
    execute(PoolingBackward(chosen), {{DNNL_ARG_DIFF_DST, sizes.y.with(dy), chosen.diff_dst_desc()}},
            {DNNL_ARG_DIFF_SRC, sizes.x.with(dx), chosen.diff_src_desc()}, {{DNNL_ARG_WORKSPACE, winners}});
  });
}

/// oneDNN never rounds sizes up and accepts no divisor; its means are over the window or over the cells in the image.
bool can_average(const cnnspec_avg_pool2d& g) { return g.ceil_mode == 0 && g.divisor_override == 0; }
algorithm average_of(const cnnspec_avg_pool2d& g) {
  return g.count_include_pad != 0 ? algorithm::pooling_avg_include_padding : algorithm::pooling_avg_exclude_padding;
}

template <Type type, class T = Storage<type> >
int avg_pool2d_forward(const cnnspec_avg_pool2d* g, const T* x, T* y) {
  if (!can_average(*g)) return CNNSPEC_UNSUPPORTED;
  return status_of([&] {
    const Pooling sizes(*g, type, average_of(*g));
    const auto chosen = sizes.forward(prop_kind::forward_inference);
    execute(PoolingForward(chosen), {{DNNL_ARG_SRC, sizes.x.with(x), chosen.src_desc()}},
            {DNNL_ARG_DST, sizes.y.with(y), chosen.dst_desc()});
  });
}

template <Type type, class T = Storage<type> >
int avg_pool2d_backward(const cnnspec_avg_pool2d* g, const T* dy, T* dx) {
  if (!can_average(*g)) return CNNSPEC_UNSUPPORTED;
  return status_of([&] {
    const Pooling sizes(*g, type, average_of(*g));
    const auto chosen = sizes.backward(sizes.forward(prop_kind::forward_training));
    execute(PoolingBackward(chosen), {{DNNL_ARG_DIFF_DST, sizes.y.with(dy), chosen.diff_dst_desc()}},
            {DNNL_ARG_DIFF_SRC, sizes.x.with(dx), chosen.diff_src_desc()});
  });
}

template <Type type, class T = Storage<type> >
int relu_forward(const cnnspec_elementwise* g, const T* x, T* y) {
  return status_of([&] {
    const Layout layout{{g->count}, type, Tag::x};
    const auto chosen = relu(layout.callers());
    execute(dnnl::eltwise_forward(chosen), {{DNNL_ARG_SRC, layout.with(x), chosen.src_desc()}},
            {DNNL_ARG_DST, layout.with(y), chosen.dst_desc()});
  });
}

template <Type type, class T = Storage<type> >
int relu_backward(const cnnspec_elementwise* g, const T* x, const T* dy, T* dx) {
  return status_of([&] {
    const Layout layout{{g->count}, type, Tag::x};
    const auto chosen = relu_derivative(layout.callers());
    execute(dnnl::eltwise_backward(chosen),
            {{DNNL_ARG_SRC, layout.with(x), chosen.src_desc()},
             {DNNL_ARG_DIFF_DST, layout.with(dy), chosen.diff_dst_desc()}},
            {DNNL_ARG_DIFF_SRC, layout.with(dx), chosen.diff_src_desc()});
  });
}

template <Type type>
KernelFunctions<Storage<type> > functions() {
  return {.conv2d_forward = forward<ConvolutionPrimitives, type, cnnspec_conv2d>,
          .conv2d_backward_input = backward_input<ConvolutionPrimitives, type, cnnspec_conv2d>,
          .conv2d_backward_kernel = backward_weights<ConvolutionPrimitives, type, cnnspec_conv2d>,
          .conv2d_backward_bias = backward_bias<ConvolutionPrimitives, type, cnnspec_conv2d>,
          .max_pool2d_forward = max_pool2d_forward<type>,
          .max_pool2d_backward = max_pool2d_backward<type>,
          .relu_forward = relu_forward<type>,
          .relu_backward = relu_backward<type>,
          .linear_forward = forward<InnerProductPrimitives, type, cnnspec_linear>,
          .linear_backward_input = backward_input<InnerProductPrimitives, type, cnnspec_linear>,
          .linear_backward_weight = backward_weights<InnerProductPrimitives, type, cnnspec_linear>,
          .linear_backward_bias = backward_bias<InnerProductPrimitives, type, cnnspec_linear>,
          .avg_pool2d_forward = avg_pool2d_forward<type>,
          .avg_pool2d_backward = avg_pool2d_backward<type>};
}

std::string loaded_version() {
  const dnnl_version_t& version = *dnnl_version();
  return "oneDNN " + std::to_string(version.major) + "." + std::to_string(version.minor) + "." +
         std::to_string(version.patch);
}

}  // namespace

const Kernel& plugin_kernel() {
  static const Kernel kernel{.name = "onednn",
                             .description = loaded_version(),
                             .f32 = functions<Type::f32>(),
                             .f16 = functions<Type::f16>(),
                             .bf16 = functions<Type::bf16>()};
  return kernel;
}

namespace {

/// oneDNN generates the code of its matrix products, which many of its convolutions use, at the first call. This takes
/// longer than many small problems. It is not done if oneDNN may start threads, which no fork copies.
void generate_matrix_products() {
  if (std::getenv("OMP_NUM_THREADS") != nullptr) return;
  constexpr memory::dim n = 16;
  const std::vector<float> a(n * n), b(n * n);
  std::vector<float> c(n * n);
  status_of([&] {
    for (const char a_form : {'N', 'T'})
      for (const char b_form : {'N', 'T'})
        for (const float beta : {0.0F, 1.0F})
          dnnl::sgemm(a_form, b_form, n, n, n, 1, a.data(), n, b.data(), n, beta, c.data(), n);
  });
}

}  // namespace

}  // namespace cnnspec::checks

#pragma GCC visibility push(default)  // whatever included cnnspec/kernel.h first
int cnnspec_kernel_abi() { return CNNSPEC_KERNEL_ABI; }
const char* cnnspec_kernel_name() { return cnnspec::checks::plugin_kernel().name.c_str(); }
const char* cnnspec_plugin_description() { return cnnspec::checks::plugin_kernel().description.c_str(); }

const char* cnnspec_plugin_unsuitable() {
  if (dnnl_version()->major == DNNL_VERSION_MAJOR) return nullptr;
  static const std::string why =
      "it is " + cnnspec::checks::loaded_version() + ", and this plug-in was built for oneDNN " +
      std::to_string(DNNL_VERSION_MAJOR) + "; for " + std::to_string(dnnl_version()->major) +
      ": cmake -S . -B build -DoneDNN_ROOT=DIR && cmake --build build, where DIR is the prefix in which it is "
      "installed";
  return why.c_str();
}

void cnnspec_plugin_prepare() { cnnspec::checks::generate_matrix_products(); }

CNNSPEC_PLUGIN_FUNCTIONS
#pragma GCC visibility pop
