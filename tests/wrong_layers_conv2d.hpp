// conv2d with mistakes of real kernels, or with the same wrong index rule in forward and backward: such a rule passes
// every gradient check.
#pragma once

#include <memory>

#include "checks/laws/tensors.hpp"
#include "checks/layers/conv2d/functions.hpp"
#include "tests/wrong_layers.hpp"

namespace cnnspec::tests {

using checks::Conv2dFunctions;

inline Layer<Conv2dFunctions> right_conv2d() {
  return {checks::spec_conv2d<checks::Int128>(), checks::spec_conv2d<double>(), checks::spec_conv2d<checks::Term>()};
}

/// The misread configuration. Sizes still come from the given configuration.
using Misread = Conv2dConfig (*)(Conv2dConfig);

template <class T>
void add_bias(Image<T>& y, const Vector<T>& b) {
  const Idx pixels = y.size() / b.size();
  for (Idx n = 0; n < y.size(); ++n) y[n] += b[n / pixels];
}

template <class T>
void set_forward(Conv2dFunctions<T>& f, const decltype(f.forward)& forward) {
  f.forward = forward;
  f.forward_with_bias = [forward](const auto& x, const auto& w, const auto& b, const auto& g) {
    auto y = forward(x, w, g);
    add_bias(y, b);
    return y;
  };
}
template <class T>
void misread_forward(Conv2dFunctions<T>& f, Misread misread) {
  set_forward(f, [misread](const auto& x, const auto& w, const auto& g) {
    Image<T> y(conv2d_shape(x.shape(), w.shape(), g));
    for_each_tap(misread(g), x, w, y, [](T& y_, const T& w_, const T& x_) { y_ += w_ * x_; });
    return y;
  });
}
template <class T>
void misread_dx(Conv2dFunctions<T>& f, Misread misread) {
  f.backward_input = [misread](const auto& x, const auto& w, const auto& dy, const auto& g) {
    Image<T> dx(x);
    for_each_tap(misread(g), dx, w, dy, [](const T& dy_, const T& w_, T& dx_) { dx_ += w_ * dy_; });
    return dx;
  };
}
template <class T>
void misread_dw(Conv2dFunctions<T>& f, Misread misread) {
  f.backward_kernel = [misread](const auto& x, const auto& w, const auto& dy, const auto& g) {
    Kernel<T> dw(w);
    for_each_tap(misread(g), x, dw, dy, [](const T& dy_, T& dw_, const T& x_) { dw_ += x_ * dy_; });
    return dw;
  };
}
/// The same wrong index rule everywhere.
template <class T>
void misread_everywhere(Conv2dFunctions<T>& f, Misread misread) {
  misread_forward(f, misread), misread_dx(f, misread), misread_dw(f, misread);
}

/// Takes the kernel's elements in another order everywhere: element n of the used kernel is element `source(n,
/// w.shape())` of the given kernel.
template <class T>
void rearrange_kernel(Conv2dFunctions<T>& f, Idx (*source)(Idx n, const checks::KernelShape&)) {
  const auto rearranged = [source](const Kernel<T>& w) {
    return checks::tensor_of<T>(w.shape(), [&](Idx n) { return w[source(n, w.shape())]; });
  };
  set_forward(f, [rearranged](const auto& x, const auto& w, const auto& g) { return conv2d(x, rearranged(w), g); });
  f.backward_input = [rearranged](const auto& x, const auto& w, const auto& dy, const auto& g) {
    return conv2d_backward_input(x, rearranged(w), dy, g);
  };
  f.backward_kernel = [source](const auto& x, const auto& w, const auto& dy, const auto& g) {
    const auto dw = conv2d_backward_kernel(x, w, dy, g);
    Kernel<T> back(w);
    for (Idx n = 0; n < dw.size(); ++n) back[source(n, w)] = dw[n];
    return back;
  };
}

/// Output channel o of the computed tensor becomes channel order[o] of the returned tensor.
inline std::vector<Idx> interleaved(Idx channels, Idx groups) {
  std::vector<Idx> order;
  for (Idx o = 0; o < channels; ++o) order.push_back(o % (channels / groups) * groups + o / (channels / groups));
  return order;
}
inline std::vector<Idx> inverse(const std::vector<Idx>& order) {
  std::vector<Idx> result(order.size());
  for (std::size_t n = 0; n < order.size(); ++n) result[static_cast<std::size_t>(order[n])] = static_cast<Idx>(n);
  return result;
}

/// Applies `change` to the results of backward_input and backward_kernel.
template <class T, class Change>
void then_dx(Conv2dFunctions<T>& f, Change change) {
  f.backward_input = [right = f.backward_input, change](const auto& x, const auto& w, const auto& dy, const auto& g) {
    auto dx = right(x, w, dy, g);
    change(dx, w.shape(), dy.shape(), g);
    return dx;
  };
}
template <class T, class Change>
void then_dw(Conv2dFunctions<T>& f, Change change) {
  f.backward_kernel = [right = f.backward_kernel, change](const auto& x, const auto& w, const auto& dy, const auto& g) {
    auto dw = right(x, w, dy, g);
    change(dw, dy.shape(), g);
    return dw;
  };
}

/// Calls `add(text, rejected_by, mistake)` for each mistake; `mistake` applies to the functions over any scalar.
template <class Add>
void for_each_wrong_conv2d(Add add) {
  // The same mistake in forward and backward.
  add("the kernel is flipped", "L3 L8 L10 N1 N2", [](auto& f) {
    rearrange_kernel(f, [](Idx n, const checks::KernelShape& w) {
      const Idx taps = w.extent(2) * w.extent(3);
      return n / taps * taps + taps - 1 - n % taps;
    });
  });
  add("the kernel is read column by column", "L3 L6 L8 L9 L10 N1 N2", [](auto& f) {
    rearrange_kernel(f, [](Idx n, const checks::KernelShape& w) {
      const Idx taps = w.extent(2) * w.extent(3), p = n % taps / w.extent(3), q = n % w.extent(3);
      return n / taps * taps + q * w.extent(2) + p;
    });
  });
  add("the kernel is read as [in, out] channels", "L3 L7 L8 L9 L10 N1", [](auto& f) {
    rearrange_kernel(f, [](Idx n, const checks::KernelShape& w) {
      const Idx taps = w.extent(2) * w.extent(3), o = n / taps / w.extent(1), c = n / taps % w.extent(1);
      return (c * w.extent(0) + o) * taps + n % taps;
    });
  });
  add("padding is ignored", "L3 L4 L10 N1 N2", [](auto& f) {
    misread_everywhere(f, [](Conv2dConfig g) {
      g.height.before = g.width.before = 0;
      return g;
    });
  });
  add("padding before and after are exchanged", "L3 L4 L10 N1 N2", [](auto& f) {
    misread_everywhere(f, [](Conv2dConfig g) {
      std::swap(g.height.before, g.height.after), std::swap(g.width.before, g.width.after);
      return g;
    });
  });
  add("paddings of height and width are exchanged", "L3 L4 L10 N1 N2", [](auto& f) {
    misread_everywhere(f, [](Conv2dConfig g) {
      std::swap(g.height.before, g.width.before), std::swap(g.height.after, g.width.after);
      return g;
    });
  });
  add("every window starts one row early", "L3 L8 L9 L10 N1 N2", [](auto& f) {
    misread_everywhere(f, [](Conv2dConfig g) {
      ++g.height.before;
      return g;
    });
  });
  add("strides of height and width are exchanged", "L3 L5 L10 N1 N2", [](auto& f) {
    misread_everywhere(f, [](Conv2dConfig g) {
      std::swap(g.height.stride, g.width.stride);
      return g;
    });
  });
  add("dilations of height and width are exchanged", "L3 L6 L10 N1 N2", [](auto& f) {
    misread_everywhere(f, [](Conv2dConfig g) {
      std::swap(g.height.dilation, g.width.dilation);
      return g;
    });
  });
  add("stride and dilation are exchanged", "L3 L5 L6 L8 L10 N1 N2", [](auto& f) {
    misread_everywhere(f, [](Conv2dConfig g) {
      std::swap(g.height.stride, g.height.dilation), std::swap(g.width.stride, g.width.dilation);
      return g;
    });
  });
  add("dilation counts from 0", "L3 L6 L8 L10 N1 N2", [](auto& f) {
    misread_everywhere(f, [](Conv2dConfig g) {
      ++g.height.dilation, ++g.width.dilation;
      return g;
    });
  });
  add("all groups read the channels of group 0", "L3 L7 L9 L10 N1 N2", [](auto& f) {
    misread_everywhere(f, [](Conv2dConfig g) {
      g.groups = 1;
      return g;
    });
  });
  add("outputs take turns among the groups", "L3 L7 L9 L10 N1", []<class T>(Conv2dFunctions<T>& f) {
    set_forward(f, [](const auto& x, const auto& w, const auto& g) {
      const auto order = interleaved(w.extent(0), g.groups);
      return checks::reordered(conv2d(x, checks::reordered(w, 0, order), g), 0, inverse(order));
    });
    f.backward_input = [](const auto& x, const auto& w, const auto& dy, const auto& g) {
      const auto order = interleaved(w.extent(0), g.groups);
      return conv2d_backward_input(x, checks::reordered(w, 0, order), checks::reordered(dy, 0, order), g);
    };
    f.backward_kernel = [](const auto& x, const auto& w, const auto& dy, const auto& g) {
      const auto order = interleaved(w.extent(0), g.groups);
      return checks::reordered(conv2d_backward_kernel(x, w, checks::reordered(dy, 0, order), g), 0, inverse(order));
    };
  });

  // Mistakes only in forward.
  add("the bias is added twice", "L1 L2 L10 N1 gradient", []<class T>(Conv2dFunctions<T>& f) {
    f.forward_with_bias = [](const auto& x, const auto& w, const auto& b, const auto& g) {
      Image<T> y = conv2d(x, w, b, g);
      add_bias(y, b);
      return y;
    };
  });
  add("the sum starts from the bias", "N1", []<class T>(Conv2dFunctions<T>& f) {
    f.forward_with_bias = [](const auto& x, const auto& w, const auto& b, const auto& g) {
      Image<T> y(conv2d_shape(x.shape(), w.shape(), g));
      add_bias(y, b);
      for_each_tap(g, x, w, y, [](T& y_, const T& w_, const T& x_) { y_ += w_ * x_; });
      return y;
    };
  });
  add("input channels are added from the last to the first", "N1", [](auto& f) {
    set_forward(f, [](const auto& x, const auto& w, const auto& g) {
      std::vector<Idx> in_x, in_w;
      for (Idx c = 0; c < x.extent(0); ++c)
        in_x.push_back(c / w.extent(1) * w.extent(1) + w.extent(1) - 1 - c % w.extent(1));
      for (Idx c = 0; c < w.extent(1); ++c) in_w.push_back(w.extent(1) - 1 - c);
      return conv2d(checks::reordered(x, 0, in_x), checks::reordered(w, 1, in_w), g);
    });
  });
  add("padding is multiplied like any zero", "N1 N2", [](auto& f) {
    set_forward(f, [](const auto& x, const auto& w, const auto& g) {
      const auto padded = checks::embedded(x,
                                           dyn_shape(x.extent(0), x.extent(1) + g.height.before + g.height.after,
                                                     x.extent(2) + g.width.before + g.width.after),
                                           {.top = g.height.before, .left = g.width.before});
      return conv2d(padded, w,
                    Conv2dConfig{{.stride = g.height.stride, .dilation = g.height.dilation},
                                 {.stride = g.width.stride, .dilation = g.width.dilation},
                                 g.groups});
    });
  });

  // Mistakes only in backward.
  add("dilation is ignored in backward", "L2 L6 L10 N1 N2 gradient", [](auto& f) {
    const Misread dense = [](Conv2dConfig g) {
      g.height.dilation = g.width.dilation = 1;
      return g;
    };
    misread_dx(f, dense), misread_dw(f, dense);
  });
  add("groups are ignored in dw", "L2 L7 L9 L10 N1 gradient", [](auto& f) {
    misread_dw(f, [](Conv2dConfig g) {
      g.groups = 1;
      return g;
    });
  });
  add("only group 0 has a gradient", "L2 L3 L7 L9 L10 N1 N2 gradient", []<class T>(Conv2dFunctions<T>& f) {
    const auto clear = [](auto& d, Idx groups) {
      for (Idx n = d.size() / groups; n < d.size(); ++n) d[n] = T(0);
    };
    then_dx(f, [=](auto& dx, const auto&, const auto&, const auto& g) { clear(dx, g.groups); });
    then_dw(f, [=](auto& dw, const auto&, const auto& g) { clear(dw, g.groups); });
  });
  add("dx misses its last row where the stride leaves a remainder", "L2 L4 L5 L9 L10 N1 N2 gradient",
      []<class T>(Conv2dFunctions<T>& f) {
        then_dx(f, [](auto& dx, const auto& w, const auto&, const auto& g) {
          const Idx window = g.height.dilation * (w.extent(2) - 1) + 1;
          if ((dx.extent(1) + g.height.before + g.height.after - window) % g.height.stride == 0) return;
          for (Idx c = 0; c < dx.extent(0); ++c)
            for (Idx j = 0; j < dx.extent(2); ++j) dx(c, dx.extent(1) - 1, j) = T(0);
        });
      });
  add("dx is garbage where no window reaches", "L2 L5 L6 L10 N1 N2 gradient linear-dy zero-dy",
      []<class T>(Conv2dFunctions<T>& f) {
        f.backward_input = [](const auto& x, const auto& w, const auto& dy, const auto& g) {
          Image<T> dx = conv2d_backward_input(x, w, dy, g);
          auto untouched = checks::tensor_of<int>(x, [](Idx) { return 1; });
          for_each_tap(g, untouched, w, dy, [](const T&, const T&, int& cell) { cell = 0; });
          for (Idx n = 0; n < dx.size(); ++n)
            if (untouched[n]) dx[n] = T(7);
          return dx;
        };
      });
  add("dx visits kernel / stride taps, rounded down", "L2 L5 L6 L8 L9 L10 N1 N2 gradient",
      []<class T>(Conv2dFunctions<T>& f) {
        f.backward_input = [](const auto& x, Kernel<T> w, const auto& dy, const auto& g) {
          const Idx taps = std::max(w.extent(2) / g.height.stride, Idx{1}) * g.height.stride;
          for (Idx n = 0; n < w.size(); ++n)
            if (n / w.extent(3) % w.extent(2) >= taps) w[n] = T(0);
          return conv2d_backward_input(x, w, dy, g);
        };
      });
  add("dx of a 1x1 kernel ignores the stride", "L2 L5 L10 N1 N2 gradient", []<class T>(Conv2dFunctions<T>& f) {
    f.backward_input = [right = f.backward_input](const auto& x, const auto& w, const auto& dy, const auto& g) {
      if (w.extent(2) * w.extent(3) > 1) return right(x, w, dy, g);
      Conv2dConfig dense = g;
      dense.height.stride = dense.width.stride = 1;
      Image<T> dx(x);
      for_each_tap(dense, dx, w, dy, [](const T& dy_, const T& w_, T& dx_) { dx_ += w_ * dy_; });
      return dx;
    };
  });
  add("every second run doubles dx", "L2 L3 L4 L5 L6 L7 L8 L9 L10 N1 gradient linear-dy repeat",
      []<class T>(Conv2dFunctions<T>& f) {
        const auto runs = std::make_shared<int>(0);
        then_dx(f, [runs](auto& dx, const auto&, const auto&, const auto&) {
          if (++*runs % 2 == 0) dx = checks::combination(1, dx, 1, dx);
        });
      });
  add("dw is scaled by the number of outputs", "L2 L5 L8 L10 N1 gradient", []<class T>(Conv2dFunctions<T>& f) {
    then_dw(f, [](auto& dw, const auto& dy, const auto&) {
      const T pixels(static_cast<int>(dy.extent(1) * dy.extent(2)));
      dw = checks::mapped(dw, [&](const T& v) { return pixels * v; });
    });
  });
  add("db is the sum of the first row", "L2 L9 L10 N1 gradient", []<class T>(Conv2dFunctions<T>& f) {
    f.backward_bias = [](const auto& dy) {
      Vector<T> db(dyn_shape(dy.extent(0)));
      for (Idx o = 0; o < dy.extent(0); ++o)
        for (Idx j = 0; j < dy.extent(2); ++j) db(o) += dy(o, 0, j);
      return db;
    };
  });
}

inline std::vector<Wrong<Conv2dFunctions>> wrong_conv2ds() {
  std::vector<Wrong<Conv2dFunctions>> all;
  for_each_wrong_conv2d([&](const char* text, const char* rejected_by, auto mistake) {
    all.push_back(wrong(text, right_conv2d(), rejected_by, mistake));
  });
  return all;
}

}  // namespace cnnspec::tests
