// One question to a library, as conventions.py asks it: lines of a name and its values on standard input. The answer is
// one line on standard output: "answer V V ...", "refuses WHY" or "not offered WHY".
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace cnnspec::conventions {

/// What the library says when it will not compute; its answer, not an error of ours.
struct Refusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// The library has no such function.
struct NotOffered : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Question {
  std::string operation;
  std::map<std::string, std::vector<std::string>> values;

  bool has(const std::string& name) const { return values.count(name) != 0; }
  std::int64_t size(const std::string& name) const { return std::stoll(values.at(name).at(0)); }
  std::vector<float> tensor(const std::string& name) const {
    std::vector<float> result;
    for (const std::string& value : values.at(name)) result.push_back(std::strtof(value.c_str(), nullptr));
    return result;
  }
};

inline Question read_question(std::istream& in) {
  Question question;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    std::vector<std::string> values;
    for (std::string value; words >> value;) values.push_back(value);
    question.values[name] = values;
  }
  question.operation = question.values.at("operation").at(0);
  return question;
}

/// Reads the question, lets `solve` answer it, and prints what came of it. `version` answers "--version".
template <class Solve>
int answer(int argc, char** argv, const std::string& version, Solve solve) {
  if (argc > 1 && std::string(argv[argc - 1]) == "--version") {
    std::printf("%s\n", version.c_str());
    return 0;
  }
  try {
    const std::vector<float> result = solve(read_question(std::cin));
    std::printf("answer");
    for (const float value : result) std::printf(" %.9g", static_cast<double>(value));
    std::printf("\n");
  } catch (const Refusal& refusal) {
    std::printf("refuses %s\n", refusal.what());
  } catch (const NotOffered& missing) {
    std::printf("not offered %s\n", missing.what());
  }
  return 0;
}

}  // namespace cnnspec::conventions
