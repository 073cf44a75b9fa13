#include "checks/census/census.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <thread>

#include "checks/census/census_of_layer.hpp"
#include "checks/census/ordered.hpp"
#include "checks/scalars/modular_polynomial.hpp"
#include "checks/vocabulary/stream.hpp"

namespace cnnspec::checks {
namespace {

/// A layer that throws is wrong too.
std::optional<Difference> difference_of(const LayerFunctions& subject, const CensusPlan& plan, const Problem& problem,
                                        CensusTally& tally) {
  try {
    return layer_of(problem).census->prove(subject, plan, problem, tally);
  } catch (const ShapeError& e) {
    return Difference{"the layer", {}, e.what(), "a result", ""};
  } catch (const NotOrdered& e) {
    return Difference{"the layer", {}, e.what(), "a result that depends on the order of the cells alone", ""};
  } catch (const std::length_error& e) {
    return Difference{"the layer", {}, e.what(), "sums of products of two factors", ""};
  }
}

std::size_t place_of(LayerId family) {
  const auto& all = census_families();
  return static_cast<std::size_t>(std::find(all.begin(), all.end(), family) - all.begin());
}

/// The part of a run that one thread performs.
class Worker {
 public:
  Worker(const LayerFunctions& subject, const CensusPlan& plan, const CensusSpace& space, const CensusShard& shard)
      : subject_(subject), plan_(plan), space_(space), shard_(shard) {}

  /// Proves the shard's configurations one after the other until none is left or `is_over()`; at least one.
  template <class IsOver>
  void work(std::atomic<Idx>& next, Idx size, IsOver is_over) {
    try {
      do {
        const Idx n = next++;
        if (n >= size) return;
        const Idx number = n * shard_.count + shard_.number - 1;
        result_.add(prove(subject_, plan_, space_.at(number), number));
      } while (!is_over());
    } catch (...) {
      error_ = std::current_exception();
    }
  }
  const CensusProgress& result() const {
    if (error_) std::rethrow_exception(error_);
    return result_;
  }

 private:
  const LayerFunctions& subject_;
  const CensusPlan& plan_;
  const CensusSpace& space_;
  const CensusShard& shard_;
  CensusProgress result_;
  std::exception_ptr error_;
};

}  // namespace

const std::vector<LayerId>& census_families() {
  static const std::vector<LayerId> all = [] {
    std::vector<LayerId> ids;
    for (const Layer* layer : layers())
      if (layer->census != nullptr) ids.push_back(layer->id);
    return ids;
  }();
  return all;
}
const std::vector<std::string>& census_family_names() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> names;
    for (const LayerId id : census_families()) names.emplace_back(name_of(id));
    return names;
  }();
  return all;
}

std::uint64_t seed_of(std::uint64_t seed, const Problem& problem) {
  for (std::size_t n = 0; n < problem.words(); ++n)
    seed = mix(seed ^ mix(static_cast<std::uint64_t>(problem.integer(n)) + 1));
  return seed;
}

bool is_proved_by_basis(CensusProof proof, Idx taps) {
  return proof == CensusProof::basis || (proof == CensusProof::automatic && taps <= most_basis_taps);
}

CensusTally& CensusTally::operator+=(const CensusTally& other) {
  configurations += other.configurations, disproved += other.disproved;
  basis += other.basis, random += other.random;
  whole_image += other.whole_image, windows += other.windows, images += other.images;
  doubt += other.doubt;
  return *this;
}

CensusTally CensusProgress::sum() const {
  CensusTally sum;
  for (const CensusTally& tally : tallies) sum += tally;
  return sum;
}

double CensusProgress::failure_probability() const {
  return static_cast<double>(sum().doubt) / static_cast<double>(ModularPolynomial::prime);
}

void CensusProgress::add(const CensusProgress& other) {
  done += other.done, seconds += other.seconds;
  for (std::size_t n = 0; n < tallies.size(); ++n) tallies[n] += other.tallies[n];
  if (other.first.empty()) return;
  first.insert(first.end(), other.first.begin(), other.first.end());
  std::sort(first.begin(), first.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  if (first.size() > most_disproofs) first.erase(first.begin() + most_disproofs, first.end());
}

Idx size_of(const CensusShard& shard, const CensusSpace& space) {
  return (space.size() - shard.number + shard.count) / shard.count;
}

CensusProgress prove(const LayerFunctions& subject, const CensusPlan& plan, const Problem& problem, Idx number) {
  CensusProgress progress;
  progress.done = 1;
  CensusTally& tally = progress.tallies[place_of(layer_id(problem))];
  tally.configurations = 1;
  if (const auto difference = difference_of(subject, plan, problem, tally)) {
    tally.disproved = 1;
    progress.first.push_back({number, problem, *difference});
  }
  return progress;
}

CensusProgress run_census(const LayerFunctions& subject, const CensusPlan& plan, const CensusSpace& space,
                          const CensusShard& shard, CensusProgress progress, const CensusRun& run) {
  using Clock = std::chrono::steady_clock;
  const Idx size = size_of(shard, space);
  while (progress.done < size) {
    const auto start = Clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    std::atomic<Idx> next = progress.done;
    std::vector<Worker> workers(static_cast<std::size_t>(run.jobs), Worker(subject, plan, space, shard));
    std::vector<std::thread> threads;
    const auto is_over = [&] { return seconds() >= run.seconds_between_saves; };
    for (std::size_t n = 1; n < workers.size(); ++n)
      threads.emplace_back([&, n] { workers[n].work(next, size, is_over); });
    workers[0].work(next, size, [&] { return run.show(std::min(next.load(), size)), is_over(); });
    for (std::thread& thread : threads) thread.join();
    for (const Worker& worker : workers) progress.add(worker.result());
    progress.seconds += seconds();
    run.save(progress);
  }
  return progress;
}

}  // namespace cnnspec::checks
