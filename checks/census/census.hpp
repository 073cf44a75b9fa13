// A census: every configuration within bounds, each with a proof for all inputs that the layer is right.
//
//   polynomials   bilinear.hpp: the forward equals the twin's, and the backward is its derivative, as polynomials.
//                 Proved "by basis" on formulas (certain), or "at random" at a random point modulo 2^61 - 1.
//   orders        ordered.hpp: all weak orders of the image, or of each window
//
// Configurations are numbered (space.hpp). Shard k of n takes every n-th of them, from number k-1 on, and can stop and
// continue. All shards together are the census.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "checks/census/difference.hpp"
#include "checks/census/space.hpp"
#include "checks/laws/layer_functions.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

enum class CensusProof { automatic, basis, random };
inline constexpr std::array<const char*, 3> census_proof_names{"auto", "basis", "random"};

/// `automatic` uses the random proof if a configuration needs more multiply-adds.
inline constexpr Idx most_basis_taps = 50;

/// The layers that have a census, in the order of the registry.
const std::vector<LayerId>& census_families();
const std::vector<std::string>& census_family_names();

/// The definition of a census, without its progress.
struct CensusPlan {
  CensusBounds bounds;
  std::vector<LayerId> families = census_families();
  std::uint64_t seed = 1;
  CensusProof proof = CensusProof::automatic;
  friend bool operator==(const CensusPlan&, const CensusPlan&) = default;
};

/// Shard `number` of `count`, from 1.
struct CensusShard {
  Idx number = 1, count = 1;
};
inline constexpr Idx most_census_shards = 1'000'000;

/// The number of settled configurations of one layer, by method.
struct CensusTally {
  Idx configurations = 0, disproved = 0;
  Idx basis = 0, random = 0;         // of polynomials
  Idx whole_image = 0, windows = 0;  // of orders
  Idx images = 0;                    // of orders: number of images that were run
  Idx doubt = 0;                     // the probability that a wrong configuration passed is at most doubt / (2^61 - 1)
  CensusTally& operator+=(const CensusTally& other);
  friend bool operator==(const CensusTally&, const CensusTally&) = default;
};

struct Disproof {
  Idx number = 0;  // of the configuration
  Problem problem;
  Difference difference;
};

/// The progress of a shard: `done` of its configurations, and their results.
struct CensusProgress {
  Idx done = 0;
  double seconds = 0;                                                                     // of all runs together
  std::vector<CensusTally> tallies = std::vector<CensusTally>(census_families().size());  // as in census_families()
  std::vector<Disproof> first;  // the first disproved configurations, by number

  CensusTally sum() const;
  double failure_probability() const;
  void add(const CensusProgress& other);
};

/// The number of disproved configurations that are kept for the report.
inline constexpr std::size_t most_disproofs = 3;

/// The number of configurations of a shard.
Idx size_of(const CensusShard& shard, const CensusSpace& space);

/// A seed for the data of this configuration. It does not depend on the configuration's number.
std::uint64_t seed_of(std::uint64_t seed, const Problem& problem);
bool is_proved_by_basis(CensusProof proof, Idx taps);

/// Proves one configuration. `subject`: the specification's layers, or other ones.
CensusProgress prove(const LayerFunctions& subject, const CensusPlan& plan, const Problem& problem, Idx number = 0);

/// How to run a shard.
struct CensusRun {
  int jobs = 1;  // threads
  double seconds_between_saves = 10;
  std::function<void(const CensusProgress&)> save = [](const CensusProgress&) {};  // a later run can continue from it
  std::function<void(Idx done)> show = [](Idx) {};                                 // called for each configuration
};

/// Continues from `progress` to the end of the shard.
CensusProgress run_census(const LayerFunctions& subject, const CensusPlan& plan, const CensusSpace& space,
                          const CensusShard& shard, CensusProgress progress, const CensusRun& run);

}  // namespace cnnspec::checks
