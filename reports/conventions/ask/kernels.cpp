// The answers of a kernel that `cnnspec judge` can judge: conventions_kernel NAME, a built-in one or a shared library.
// It is called by the function that the judge calls, but not in a cage: what it does to the process is part of its
// answer.
#include <stdexcept>

#include "checks/kernels/kernel.hpp"
#include "checks/kernels/registry.hpp"
#include "checks/layers/problems.hpp"
#include "reports/conventions/ask/question.hpp"

namespace {

using namespace cnnspec::checks;
using cnnspec::conventions::Question;

cnnspec_conv2d conv2d(const Question& q) {
  return {q.size("batch"),           q.size("groups"),         q.size("in_channels"),   q.size("in_height"),
          q.size("in_width"),        q.size("out_channels"),   q.size("out_height"),    q.size("out_width"),
          q.size("kernel_height"),   q.size("kernel_width"),   q.size("stride_height"), q.size("stride_width"),
          q.size("dilation_height"), q.size("dilation_width"), q.size("pad_top"),       q.size("pad_left"),
          q.size("pad_bottom"),      q.size("pad_right")};
}

cnnspec_pool2d max_pool2d(const Question& q) {
  return {q.size("batch"),         q.size("channels"),     q.size("in_height"),       q.size("in_width"),
          q.size("out_height"),    q.size("out_width"),    q.size("kernel_height"),   q.size("kernel_width"),
          q.size("stride_height"), q.size("stride_width"), q.size("dilation_height"), q.size("dilation_width"),
          q.size("pad_top"),       q.size("pad_left"),     q.size("pad_bottom"),      q.size("pad_right")};
}

Problem problem_of(const Question& q) {
  if (q.has("groups")) return conv2d(q);
  if (q.has("channels")) return max_pool2d(q);
  return cnnspec_elementwise{q.size("count")};
}

Op op_of(const Question& q) {
  if (const Pass* const pass = find_pass(q.operation)) return pass->op;
  throw std::invalid_argument("no operation is called " + q.operation);
}

std::vector<float> solve(const Kernel& kernel, const Question& q) {
  if (q.has("ceil_mode")) throw cnnspec::conventions::NotOffered("sizes are the caller's");
  const Op op = op_of(q);
  if (!has(kernel, op, DType::f32)) throw cnnspec::conventions::NotOffered("");
  std::vector<std::vector<float>> tensors;
  for (const char* name : {"x", "w", "b", "dy"})
    if (q.has(name)) tensors.push_back(q.tensor(name));
  std::vector<const void*> inputs;
  for (const auto& tensor : tensors) inputs.push_back(tensor.data());
  inputs.resize(3);                                                                   // without a bias
  std::vector<float> result(static_cast<std::size_t>(q.size("answers")), -12345.0F);  // what was not written shows
  void* const outputs[]{result.data()};
  const int status = call(kernel, op, DType::f32, problem_of(q), inputs.data(), outputs);
  if (status == CNNSPEC_UNSUPPORTED) throw cnnspec::conventions::Refusal("unsupported");
  if (status != CNNSPEC_DONE) throw cnnspec::conventions::Refusal("status " + std::to_string(status));
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Kernel kernel = find_kernel(argc > 1 ? argv[1] : "");
    return cnnspec::conventions::answer(argc, argv, kernel.description,
                                        [&](const Question& q) { return solve(kernel, q); });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
}
