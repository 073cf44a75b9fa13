// Uses the specification, and the contract with a kernel.
#include <cnnspec/cnn.hpp>

int main() {
  const cnnspec::Cnn2Spec<double, cnnspec::Cnn2Config{.c1 = 2, .c2 = 2, .out_dim = 4}, 1, 8, 8> model;
  return model.forward({}).size() == 4 ? 0 : 1;
}
