#include "checks/describe/config.hpp"

#include "checks/vocabulary/key_values.hpp"

namespace cnnspec::checks {
namespace {

template <class Run, class Visit>
void for_each_field(Run& run, Visit visit) {
  visit("in_c", run.in_c);
  visit("in_h", run.in_h);
  visit("in_w", run.in_w);
  visit("c1", run.config.c1);
  visit("c2", run.config.c2);
  visit("out_dim", run.config.out_dim);
  visit("kernel_h", run.config.kernel_h);
  visit("kernel_w", run.config.kernel_w);
  visit("stride1", run.config.stride1);
  visit("padding1", run.config.padding1);
  visit("stride2", run.config.stride2);
  visit("padding2", run.config.padding2);
  visit("pool_kernel_h", run.config.pool_kernel_h);
  visit("pool_kernel_w", run.config.pool_kernel_w);
  visit("pool_stride1", run.config.pool_stride1);
  visit("pool_stride2", run.config.pool_stride2);
}

}  // namespace

Cnn2Run parse_config(std::string_view text, const std::string& where) {
  KeyValues given(text, where);
  Cnn2Run run;
  for_each_field(run, [&](const char* name, Idx& field) { field = given.take(name, field); });
  given.finish();
  require(well_formed(run.config, run.in_c, run.in_h, run.in_w));
  return run;
}

std::string format_config(const Cnn2Run& run) {
  std::string text;
  for_each_field(run, [&](const char* name, const Idx& field) {
    text += (text.empty() ? "" : ",") + std::string(name) + "=" + std::to_string(field);
  });
  return text;
}

}  // namespace cnnspec::checks
