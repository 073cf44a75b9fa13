#include "checks/judge/observe.hpp"

#include "checks/vocabulary/storage.hpp"

namespace cnnspec::checks {

std::vector<Observation> observations_of(const CaseJudge& judge, std::span<const Trial> trials,
                                         std::span<const Execution> executions) {
  std::vector<Observation> observations;
  for (std::size_t n = 0; n < trials.size(); ++n) {
    if (!executions[n].is_done()) continue;
    const DType dtype = trials[n].dtype;
    const std::vector<std::byte> garbage(element_bytes(dtype), static_cast<std::byte>(trials[n].garbage));
    observations.push_back({judge.operation(), judge.arithmetic(), judge.data()[n].inputs,
                            decode(dtype, garbage).front(),
                            decode_outputs(judge.operation(), dtype, executions[n].output)});
  }
  return observations;
}

std::vector<Observation> observe(Host& host, const Case& c, const Conditions& conditions) {
  const CaseJudge judge(c, conditions);
  const std::vector<Trial> trials = judge.trials();
  return observations_of(judge, trials, host.execute(trials, conditions.isolation));
}

}  // namespace cnnspec::checks
