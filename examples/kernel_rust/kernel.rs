//! A kernel for cnnspec to judge: a forward convolution without groups, a ReLU and a linear layer, written once and
//! exported in single and double precision. Replace the loops by your fast ones.

use std::ops::{AddAssign, Mul};
use std::os::raw::{c_char, c_int};
use std::slice;

// ---- The part of the contract, cnnspec/kernel.h, that is used here ----

const ABI: c_int = 1;
const DONE: c_int = 0;
const UNSUPPORTED: c_int = 1;

#[repr(C)]
pub struct Conv2d {
    batch: i64,
    groups: i64,
    in_channels: i64,
    in_height: i64,
    in_width: i64,
    out_channels: i64,
    out_height: i64,
    out_width: i64,
    kernel_height: i64,
    kernel_width: i64,
    stride_height: i64,
    stride_width: i64,
    dilation_height: i64,
    dilation_width: i64,
    pad_top: i64,
    pad_left: i64,
    _pad_bottom: i64,
    _pad_right: i64,
}

#[repr(C)]
pub struct Linear {
    batch: i64,
    in_features: i64,
    out_features: i64,
}

#[repr(C)]
pub struct Elementwise {
    count: i64,
}

// ---- The layers, for any scalar; tensors are dense and row-major ----

trait Scalar: Copy + Default + PartialOrd + AddAssign + Mul<Output = Self> {}
impl Scalar for f32 {}
impl Scalar for f64 {}

/// The part of the sum at output position (i, j) of an output channel that comes from one input channel.
fn taps_of_channel<T: Scalar>(g: &Conv2d, x: &[T], w: &[T], i: i64, j: i64) -> T {
    let mut sum = T::default();
    for p in 0..g.kernel_height {
        let row = i * g.stride_height + p * g.dilation_height - g.pad_top;
        if !(0..g.in_height).contains(&row) {
            continue; // padding
        }
        for q in 0..g.kernel_width {
            let column = j * g.stride_width + q * g.dilation_width - g.pad_left;
            if !(0..g.in_width).contains(&column) {
                continue; // padding
            }
            let mut tap = p * g.kernel_width + q;
            if cfg!(mistake) {
                tap = g.kernel_height * g.kernel_width - 1 - tap;
            }
            sum += w[tap as usize] * x[(row * g.in_width + column) as usize];
        }
    }
    sum
}

fn conv2d_forward<T: Scalar>(g: &Conv2d, x: &[T], w: &[T], b: Option<&[T]>, y: &mut [T]) {
    let in_plane = g.in_height * g.in_width;
    let kernel_plane = g.kernel_height * g.kernel_width;
    let mut next = 0; // y is written from front to back
    for n in 0..g.batch {
        for o in 0..g.out_channels {
            for i in 0..g.out_height {
                for j in 0..g.out_width {
                    let mut sum = b.map_or(T::default(), |b| b[o as usize]);
                    for c in 0..g.in_channels {
                        let x_plane = &x[((n * g.in_channels + c) * in_plane) as usize..];
                        let w_plane = &w[((o * g.in_channels + c) * kernel_plane) as usize..];
                        sum += taps_of_channel(g, x_plane, w_plane, i, j);
                    }
                    y[next] = sum;
                    next += 1;
                }
            }
        }
    }
}

fn relu_forward<T: Scalar>(x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        let zero = T::default();
        *y = if x <= zero { zero } else { x }; // a NaN is not <= 0: it passes
    }
}

fn linear_forward<T: Scalar>(g: &Linear, x: &[T], w: &[T], b: Option<&[T]>, y: &mut [T]) {
    let (inputs, outputs) = (g.in_features as usize, g.out_features as usize);
    for (x, y) in x.chunks_exact(inputs).zip(y.chunks_exact_mut(outputs)) {
        for (o, (w, y)) in w.chunks_exact(inputs).zip(y).enumerate() {
            *y = b.map_or(T::default(), |b| b[o]);
            for (&w, &x) in w.iter().zip(x) {
                *y += w * x;
            }
        }
    }
}

// ---- What the library exports ----

#[no_mangle]
pub extern "C" fn cnnspec_kernel_abi() -> c_int {
    ABI
}

#[no_mangle]
pub extern "C" fn cnnspec_kernel_name() -> *const c_char {
    "kernel_rust\0".as_ptr().cast()
}

/// The tensor of `count` elements at `first`.
unsafe fn tensor<'a, T>(first: *const T, count: i64) -> &'a [T] {
    slice::from_raw_parts(first, count as usize)
}
unsafe fn tensor_mut<'a, T>(first: *mut T, count: i64) -> &'a mut [T] {
    slice::from_raw_parts_mut(first, count as usize)
}
/// A bias may be absent.
unsafe fn optional<'a, T>(first: *const T, count: i64) -> Option<&'a [T]> {
    (!first.is_null()).then(|| tensor(first, count))
}

macro_rules! export {
    ($T:ty, $conv2d_forward:ident, $relu_forward:ident, $linear_forward:ident) => {
        #[no_mangle]
        pub unsafe extern "C" fn $conv2d_forward(
            g: &Conv2d,
            x: *const $T,
            w: *const $T,
            b: *const $T,
            y: *mut $T,
        ) -> c_int {
            if g.groups != 1 {
                return UNSUPPORTED; // counted and shown, but no failure
            }
            conv2d_forward(
                g,
                tensor(x, g.batch * g.in_channels * g.in_height * g.in_width),
                tensor(
                    w,
                    g.out_channels * g.in_channels * g.kernel_height * g.kernel_width,
                ),
                optional(b, g.out_channels),
                tensor_mut(y, g.batch * g.out_channels * g.out_height * g.out_width),
            );
            DONE
        }

        #[no_mangle]
        pub unsafe extern "C" fn $relu_forward(g: &Elementwise, x: *const $T, y: *mut $T) -> c_int {
            relu_forward(tensor(x, g.count), tensor_mut(y, g.count));
            DONE
        }

        #[no_mangle]
        pub unsafe extern "C" fn $linear_forward(
            g: &Linear,
            x: *const $T,
            w: *const $T,
            b: *const $T,
            y: *mut $T,
        ) -> c_int {
            linear_forward(
                g,
                tensor(x, g.batch * g.in_features),
                tensor(w, g.out_features * g.in_features),
                optional(b, g.out_features),
                tensor_mut(y, g.batch * g.out_features),
            );
            DONE
        }
    };
}

export!(
    f32,
    cnnspec_conv2d_forward_f32,
    cnnspec_relu_forward_f32,
    cnnspec_linear_forward_f32
);
export!(
    f64,
    cnnspec_conv2d_forward_f64,
    cnnspec_relu_forward_f64,
    cnnspec_linear_forward_f64
);
