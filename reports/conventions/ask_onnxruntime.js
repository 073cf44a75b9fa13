// Runs one ONNX model in ONNX Runtime: ask_onnxruntime.js MODEL SHAPE VALUES, the latter in JSON, each value a string.
// An error of the library is its answer.
const runtime = require("onnxruntime-node");

const asFloat = (text) => ({ inf: Infinity, "-inf": -Infinity, nan: NaN })[text] ?? Number(text);
const asText = (value) => (Object.is(value, -0) ? "-0" : String(value).replace("Infinity", "inf"));

async function main([model, shape, values]) {
  if (model === "--version") return console.log(require("onnxruntime-node/package.json").version);
  try {
    const session = await runtime.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 4 });
    const x = new runtime.Tensor("float32", Float32Array.from(JSON.parse(values).map(asFloat)), JSON.parse(shape));
    const { y } = await session.run({ x });
    console.log("answer", Array.from(y.data, asText).join(" "));
  } catch (error) {
    console.log("refuses", String(error.message).replace(/\s+/g, " "));
  }
}
main(process.argv.slice(2));
