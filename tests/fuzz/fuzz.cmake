# The replay of corpora, and the script that builds the targets for OSS-Fuzz, are tested. (The corpora themselves are
# replayed by the tests of fuzz/CMakeLists.txt.)
add_executable(replay_failing_target ${CMAKE_CURRENT_LIST_DIR}/failing_target.cpp
                                     ${PROJECT_SOURCE_DIR}/fuzz/replay.cpp)
cnnspec_own(replay_failing_target)
target_include_directories(replay_failing_target PRIVATE ${PROJECT_SOURCE_DIR})
add_dependencies(cnnspec_fast_tests replay_failing_target)
if(PYTHON3)
  set(replay_test ${PYTHON3} ${CMAKE_CURRENT_LIST_DIR}/replay_test.py)
  add_test(NAME Replay.an_input_that_fails_is_told_and_nothing_compared_is_an_error
           COMMAND ${replay_test} $<TARGET_FILE:replay_failing_target>)
  set_tests_properties(Replay.an_input_that_fails_is_told_and_nothing_compared_is_an_error PROPERTIES LABELS fast)
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_FLAGS "-fsanitize=address,undefined")
  check_cxx_source_compiles("int main() {}" CNNSPEC_HAVE_SANITIZERS)
  unset(CMAKE_REQUIRED_FLAGS)
  if(CNNSPEC_HAVE_SANITIZERS)
    add_executable(replay_sanitized_target ${CMAKE_CURRENT_LIST_DIR}/failing_target.cpp
                                           ${PROJECT_SOURCE_DIR}/fuzz/replay.cpp)
    cnnspec_own(replay_sanitized_target)
    target_include_directories(replay_sanitized_target PRIVATE ${PROJECT_SOURCE_DIR})
    target_compile_options(replay_sanitized_target PRIVATE -fsanitize=address,undefined -fno-sanitize-recover=all)
    target_link_options(replay_sanitized_target PRIVATE -fsanitize=address,undefined)
    add_dependencies(cnnspec_fast_tests replay_sanitized_target)
    add_test(NAME Replay.an_input_at_which_a_sanitizer_ends_the_process_is_told
             COMMAND ${replay_test} $<TARGET_FILE:replay_sanitized_target> sanitized)
    set_tests_properties(Replay.an_input_at_which_a_sanitizer_ends_the_process_is_told PROPERTIES LABELS fast)
  else()
    message(STATUS "replay with sanitizers: not tested, the compiler has none")
  endif()
endif()

# The seeds: a field more or in another place changes what every input of a corpus means.
add_dependencies(cnnspec_fast_tests make_seeds)
if(PYTHON3)
  add_test(NAME Seeds.are_those_that_are_committed
           COMMAND ${PYTHON3} ${CMAKE_CURRENT_LIST_DIR}/seeds_test.py ${PROJECT_BINARY_DIR}/fuzz/make_seeds
                   ${PROJECT_SOURCE_DIR}/fuzz)
  set_tests_properties(Seeds.are_those_that_are_committed PROPERTIES LABELS fast)
endif()

find_program(CLANGXX clang++)
find_program(ZIP zip)
mark_as_advanced(CLANGXX ZIP)
set(fuzzing_engine_is_absent 1)
if(CLANGXX)
  execute_process(COMMAND ${CLANGXX} -fsanitize=fuzzer ${CMAKE_CURRENT_LIST_DIR}/toy_target.cpp
                          -std=c++20 -o ${CMAKE_CURRENT_BINARY_DIR}/fuzzing_engine
                  RESULT_VARIABLE fuzzing_engine_is_absent OUTPUT_QUIET ERROR_QUIET)
endif()
if(fuzzing_engine_is_absent OR NOT PYTHON3)
  message(STATUS "cnnspec fuzz: not tested, clang++ with libFuzzer is absent (Debian/Ubuntu: clang libclang-rt-dev)")
else()
  add_test(NAME Fuzz.inputs_that_fail_are_told_and_new_ones_kept
           COMMAND ${PYTHON3} ${CMAKE_CURRENT_LIST_DIR}/run_test.py ${PROJECT_SOURCE_DIR} ${CLANGXX})
  if(ZIP)
    add_test(NAME OssFuzz.the_build_script_makes_targets_that_pass_their_seeds
             COMMAND ${CMAKE_CURRENT_LIST_DIR}/oss_fuzz_test.sh ${PROJECT_SOURCE_DIR} ${CLANGXX})
    set_tests_properties(OssFuzz.the_build_script_makes_targets_that_pass_their_seeds
                         PROPERTIES TIMEOUT 1200 LABELS slow)
  else()
    message(STATUS "the build script for OSS-Fuzz: not tested, zip is absent")
  endif()
endif()
