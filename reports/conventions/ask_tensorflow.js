// TensorFlow.js's answers: its backend in plain JavaScript ("cpu"). Its layouts are NHWC and, for the filter, height x
// width x input channel x output channel; the questions' are NCHW and OIHW.
const fs = require("fs");
const tf = require("@tensorflow/tfjs");

const asFloat = (text) => ({ inf: Infinity, "-inf": -Infinity, nan: NaN })[text] ?? Number(text);
const asText = (value) => (Object.is(value, -0) ? "-0" : String(value).replace("Infinity", "inf"));

function read(text) {
  const question = {};
  for (const line of text.trim().split("\n")) {
    const [name, ...values] = line.split(" ").filter((word) => word !== "");
    const isTensor = ["x", "w", "b", "dy"].includes(name);
    question[name] = name === "operation" ? values[0] : isTensor ? values.map(asFloat) : Number(values[0]);
  }
  return question;
}

class NotOffered extends Error {}

const image = (values, ...shape) => tf.transpose(tf.tensor(values, shape, "float32"), [0, 2, 3, 1]);
const channelsFirst = (y) => Array.from(tf.transpose(y, [0, 3, 1, 2]).dataSync());
const padding = (q) => [[0, 0], [q.pad_top, q.pad_bottom], [q.pad_left, q.pad_right], [0, 0]];

function relu(q) {
  const x = tf.tensor1d(q.x, "float32");
  if (q.operation === "relu_forward") return Array.from(tf.relu(x).dataSync());
  return Array.from(tf.grad(tf.relu)(x, tf.tensor1d(q.dy, "float32")).dataSync());
}

function maxPool(q) {
  const x = image(q.x, q.batch, q.channels, q.in_height, q.in_width);
  const dense = q.dilation_height === 1 && q.dilation_width === 1;
  const filter = [q.kernel_height, q.kernel_width], strides = [q.stride_height, q.stride_width];
  const rounding = q.ceil_mode ? "ceil" : "floor";
  if (!dense && (q.pad_left || q.pad_right)) throw new NotOffered("a dilated window takes no padding but same and valid");
  const forward = (v) =>
    dense
      ? tf.maxPool(v, filter, strides, padding(q), rounding)
      : tf.pool(v, filter, "max", "valid", [q.dilation_height, q.dilation_width], strides);
  if (q.operation === "max_pool2d_forward") return channelsFirst(forward(x));
  return channelsFirst(tf.grad(forward)(x, image(q.dy, q.batch, q.channels, q.out_height, q.out_width)));
}

function conv2d(q) {
  const inputs = q.in_channels / q.groups;
  const zeros = (count) => new Array(count).fill(0);
  const size = [q.batch, q.in_channels, q.in_height, q.in_width];
  const x = image(q.x ?? zeros(size.reduce((a, b) => a * b)), ...size);
  const shape = [q.out_channels, inputs, q.kernel_height, q.kernel_width];
  const w = tf.transpose(tf.tensor(q.w ?? zeros(shape.reduce((a, b) => a * b)), shape, "float32"), [2, 3, 1, 0]);
  const dilation = [q.dilation_height, q.dilation_width];
  const forward = (a, f) =>
    tf.conv2d(a, f, [q.stride_height, q.stride_width], padding(q), "NHWC", dilation, "floor");
  if (q.operation === "conv2d_forward") {
    const y = forward(x, w);
    return channelsFirst(q.b ? tf.add(y, tf.tensor1d(q.b, "float32")) : y);
  }
  const dy = image(q.dy, q.batch, q.out_channels, q.out_height, q.out_width);
  if (q.operation === "conv2d_backward_input") return channelsFirst(tf.grad((a) => forward(a, w))(x, dy));
  return Array.from(tf.transpose(tf.grad((f) => forward(x, f))(w, dy), [3, 2, 0, 1]).dataSync());
}

async function main() {
  if (process.argv[2] === "--version") return console.log(`TensorFlow.js ${tf.version.tfjs}`);
  await tf.setBackend("cpu");
  const q = read(fs.readFileSync(0, "utf8"));
  try {
    const solve = "count" in q ? relu : "channels" in q ? maxPool : conv2d;
    console.log(["answer", ...solve(q).map(asText)].join(" "));
  } catch (error) {
    console.log(error instanceof NotOffered ? "not offered" : "refuses", String(error.message).replace(/\s+/g, " "));
  }
}
main();
