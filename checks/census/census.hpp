// A census: every configuration within bounds, and for each one a proof for all inputs that the layer is right.
//
//   polynomials   bilinear.hpp: the forward is the twin's and the backward its derivative, as polynomials. Proved
//                 "by basis" on formulas (no doubt remains), or "at random" at a random point modulo 2^61 - 1.
//   orders        ordered.hpp: all weak orders of the image, or of each window
//
// Configurations are numbered (space.hpp). Shard k of n takes every n-th of them, from number k-1 on, and can stop and
// go on; the sum of all shards is the census.
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

/// `automatic` proves at random what takes more multiply-adds.
inline constexpr Idx most_basis_taps = 50;

/// The layers that a census can be of, in the order of the registry.
const std::vector<LayerId>& census_families();
const std::vector<std::string>& census_family_names();

/// What a census is, but for how much of it is done.
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

/// How many configurations of one family were settled, and how.
struct CensusTally {
  Idx configurations = 0, disproved = 0;
  Idx basis = 0, random = 0;         // of polynomials
  Idx whole_image = 0, windows = 0;  // of orders
  Idx images = 0;                    // of orders: how many were run
  Idx doubt = 0;                     // the probability that a wrong configuration passed is at most this / (2^61 - 1)
  CensusTally& operator+=(const CensusTally& other);
  friend bool operator==(const CensusTally&, const CensusTally&) = default;
};

struct Disproof {
  Idx number = 0;  // of the configuration
  Problem problem;
  Difference difference;
};

/// How far a shard has come: `done` of its configurations, and what they gave.
struct CensusProgress {
  Idx done = 0;
  double seconds = 0;                                                                     // of all runs together
  std::vector<CensusTally> tallies = std::vector<CensusTally>(census_families().size());  // in their order
  std::vector<Disproof> first;  // of those that are disproved, by number

  CensusTally sum() const;
  double failure_probability() const;
  void add(const CensusProgress& other);
};

/// How many disproved configurations are kept, to be shown.
inline constexpr std::size_t most_disproofs = 3;

/// How many configurations a shard has.
Idx size_of(const CensusShard& shard, const CensusSpace& space);

/// A seed for the data of this configuration, whatever its number is within some bounds.
std::uint64_t seed_of(std::uint64_t seed, const Problem& problem);
bool is_proved_by_basis(CensusProof proof, Idx taps);

/// One configuration. `subject`: the specification's layers, or somebody else's.
CensusProgress prove(const LayerFunctions& subject, const CensusPlan& plan, const Problem& problem, Idx number = 0);

/// How to run one.
struct CensusRun {
  int jobs = 1;  // threads
  double seconds_between_saves = 10;
  std::function<void(const CensusProgress&)> save = [](const CensusProgress&) {};  // a later run can go on from it
  std::function<void(Idx done)> show = [](Idx) {};                                 // called for each configuration
};

/// Goes on from `progress` to the end of the shard.
CensusProgress run_census(const LayerFunctions& subject, const CensusPlan& plan, const CensusSpace& space,
                          const CensusShard& shard, CensusProgress progress, const CensusRun& run);

}  // namespace cnnspec::checks
