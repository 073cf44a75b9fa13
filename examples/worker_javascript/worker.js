#!/usr/bin/env node
// A worker for cnnspec to judge: a program that gets requests over a socket and computes the results. Needs only Node.
//
// Twelve of the fourteen operations (all but average pooling), in f32 and f64. Replace the functions in `functions` by
// your own. ../../docs/worker.md is the protocol.
//
// Usage: cnnspec judge 'worker:node worker.js [--mistake]'     --mistake: flip the filter
'use strict';

const fs = require('fs');

const SOCKET = 3, MEMORY = 4;
const types = {f32: Float32Array, f64: Float64Array};
const mistake = process.argv.includes('--mistake');

// ---- The operations: g is the problem; inputs are typed arrays; the last argument is the output, full of zeros ----

// visit(x, tap, y) for each product of a convolution, with the indices of its three elements.
function products(g, visit) {
  const inChannels = g.in_channels / g.groups, outChannels = g.out_channels / g.groups;
  const window = g.kernel_height * g.kernel_width;
  for (let n = 0, y = 0; n < g.batch; ++n)
    for (let o = 0; o < g.out_channels; ++o)
      for (let i = 0; i < g.out_height; ++i)
        for (let j = 0; j < g.out_width; ++j, ++y)
          for (let c = 0; c < inChannels; ++c) {
            const plane = n * g.in_channels + Math.floor(o / outChannels) * inChannels + c;
            cells(g, i, j, (cell, tap) => {
              const w = (o * inChannels + c) * window + (mistake ? window - 1 - tap : tap);
              visit(plane * g.in_height * g.in_width + cell, w, y);
            });
          }
}

// visit(cell, tap) for each cell of a plane in the window of output (i, j), without the padding.
function cells(g, i, j, visit) {
  for (let p = 0; p < g.kernel_height; ++p) {
    const row = i * g.stride_height + p * g.dilation_height - g.pad_top;
    if (row < 0 || row >= g.in_height) continue;
    for (let q = 0; q < g.kernel_width; ++q) {
      const column = j * g.stride_width + q * g.dilation_width - g.pad_left;
      if (column >= 0 && column < g.in_width) visit(row * g.in_width + column, p * g.kernel_width + q);
    }
  }
}

// visit(x, y) for each output of a pooling, with the index of the cell that wins: the first of the greatest ones, but a
// NaN replaces any. It is -1 if the window has only padding.
function winners(g, x, visit) {
  const plane = g.in_height * g.in_width;
  for (let k = 0, y = 0; k < g.batch * g.channels; ++k)
    for (let i = 0; i < g.out_height; ++i)
      for (let j = 0; j < g.out_width; ++j, ++y) {
        let best = -1;
        cells(g, i, j, cell => {
          const at = k * plane + cell;
          if (best < 0 || x[at] > x[best] || Number.isNaN(x[at])) best = at;
        });
        visit(best, y);
      }
}

// Sums are computed in double precision, and rounded once: `sums` has as many elements as `out`.
function rounded(out, add) {
  const sums = new Float64Array(out.length);
  add(sums);
  out.set(sums);
}

// visit(x, w, y) for each product of a linear layer, with the indices of its three elements.
function linear(g, visit) {
  for (let n = 0; n < g.batch; ++n)
    for (let o = 0; o < g.out_features; ++o)
      for (let c = 0; c < g.in_features; ++c)
        visit(n * g.in_features + c, o * g.in_features + c, n * g.out_features + o);
}

const functions = {
  conv2d_forward: (g, x, w, b, y) => rounded(y, sums => {
    const plane = g.out_height * g.out_width;
    if (b) sums.forEach((_, at) => { sums[at] = b[Math.floor(at / plane) % g.out_channels]; });
    products(g, (ofX, ofW, ofY) => { sums[ofY] += x[ofX] * w[ofW]; });
  }),
  conv2d_backward_input: (g, w, dy, dx) => rounded(dx, sums =>
    products(g, (ofX, ofW, ofY) => { sums[ofX] += w[ofW] * dy[ofY]; })),
  conv2d_backward_kernel: (g, x, dy, dw) => rounded(dw, sums =>
    products(g, (ofX, ofW, ofY) => { sums[ofW] += x[ofX] * dy[ofY]; })),
  conv2d_backward_bias: (g, dy, db) => rounded(db, sums => {
    const plane = g.out_height * g.out_width;
    dy.forEach((value, at) => { sums[Math.floor(at / plane) % g.out_channels] += value; });
  }),
  max_pool2d_forward: (g, x, y) => winners(g, x, (cell, ofY) => { y[ofY] = cell < 0 ? -Infinity : x[cell]; }),
  max_pool2d_backward: (g, x, dy, dx) => rounded(dx, sums =>
    winners(g, x, (cell, ofY) => { if (cell >= 0) sums[cell] += dy[ofY]; })),
  relu_forward: (g, x, y) => x.forEach((value, n) => { y[n] = value <= 0 ? 0 : value; }),
  relu_backward: (g, x, dy, dx) => x.forEach((value, n) => { dx[n] = value <= 0 ? 0 : dy[n]; }),
  linear_forward: (g, x, w, b, y) => rounded(y, sums => {
    if (b) sums.forEach((_, at) => { sums[at] = b[at % g.out_features]; });
    linear(g, (ofX, ofW, ofY) => { sums[ofY] += x[ofX] * w[ofW]; });
  }),
  linear_backward_input: (g, w, dy, dx) => rounded(dx, sums =>
    linear(g, (ofX, ofW, ofY) => { sums[ofX] += w[ofW] * dy[ofY]; })),
  linear_backward_weight: (g, x, dy, dw) => rounded(dw, sums =>
    linear(g, (ofX, ofW, ofY) => { sums[ofW] += x[ofX] * dy[ofY]; })),
  linear_backward_bias: (g, dy, db) => rounded(db, sums =>
    dy.forEach((value, at) => { sums[at % g.out_features] += value; })),
};

// ---- Where tensors lie: OFFSET:SHAPE:STRIDES, or "-" for an absent bias; all are dense ----

const countOf = tensor => tensor.split(':')[1].split(',').reduce((product, extent) => product * Number(extent), 1);
const offsetOf = tensor => Number(tensor.split(':')[0]);
const bytesOf = array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function read(tensor, Type) {
  if (tensor === '-') return null;
  const array = new Type(countOf(tensor)), bytes = bytesOf(array);
  for (let done = 0; done < bytes.length;)
    done += fs.readSync(MEMORY, bytes, done, bytes.length - done, offsetOf(tensor) + done);
  return array;
}

function write(tensor, array) {
  const bytes = bytesOf(array);
  for (let done = 0; done < bytes.length;)
    done += fs.writeSync(MEMORY, bytes, done, bytes.length - done, offsetOf(tensor) + done);
}

// ---- The protocol ----

function call(name, fields) {
  const g = {}, tensors = [];
  for (const field of fields) {
    const [key, value] = field.split('=');
    if (/^[0-9]+$/.test(value)) g[key] = Number(value);
    else tensors.push(value);
  }
  const cut = name.lastIndexOf('_'), Type = types[name.slice(cut + 1)];
  const inputs = tensors.slice(0, -1).map(tensor => read(tensor, Type));
  const place = tensors[tensors.length - 1], output = new Type(countOf(place));
  functions[name.slice(0, cut)](g, ...inputs, output);
  write(place, output);
}

function answer(line) {
  const [word, id, name, ...fields] = line.split(' ');
  if (word === 'hello')
    return ['hello 1', ...Object.keys(functions).flatMap(f => Object.keys(types).map(t => `${f}_${t}`))].join(' ');
  try {
    call(name, fields);
    return `done ${id}`;
  } catch (error) {
    return `error ${id} ${String(error).replace(/\n/g, ' ')}`;
  }
}

function isStartedByTheJudge() {
  try {
    return fs.fstatSync(SOCKET).isSocket();
  } catch {
    return false;
  }
}

function main() {
  if (!isStartedByTheJudge()) {
    console.error("worker.js: cnnspec starts this: cnnspec judge 'worker:node worker.js'");
    process.exit(1);
  }
  const bytes = Buffer.alloc(1 << 16);
  let received = '';
  for (;;) {
    const size = fs.readSync(SOCKET, bytes);
    if (size === 0) return;  // the judge has closed the socket
    const lines = (received + bytes.toString('latin1', 0, size)).split('\n');
    received = lines.pop();
    for (const line of lines) fs.writeSync(SOCKET, answer(line) + '\n');
  }
}

main();
