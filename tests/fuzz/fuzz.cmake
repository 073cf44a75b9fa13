# The replay of corpora, and the script that builds the targets for OSS-Fuzz, are tested. (The corpora themselves are
# replayed by the tests of fuzz/CMakeLists.txt.)
add_executable(replay_failing_target ${CMAKE_CURRENT_LIST_DIR}/failing_target.cpp ${PROJECT_SOURCE_DIR}/fuzz/replay.cpp)
cnnspec_own(replay_failing_target)
add_dependencies(cnnspec_fast_tests replay_failing_target)
if(PYTHON3)
  add_test(NAME Replay.an_input_that_fails_is_told_and_no_input_is_an_error
           COMMAND ${PYTHON3} ${CMAKE_CURRENT_LIST_DIR}/replay_test.py $<TARGET_FILE:replay_failing_target>)
  set_tests_properties(Replay.an_input_that_fails_is_told_and_no_input_is_an_error PROPERTIES LABELS fast)
endif()

find_program(CLANGXX clang++)
find_program(ZIP zip)
mark_as_advanced(CLANGXX ZIP)
set(fuzzing_engine_is_absent 1)
if(CLANGXX)
  execute_process(COMMAND ${CLANGXX} -fsanitize=fuzzer ${CMAKE_CURRENT_LIST_DIR}/failing_target.cpp
                          -o ${CMAKE_CURRENT_BINARY_DIR}/fuzzing_engine
                  RESULT_VARIABLE fuzzing_engine_is_absent OUTPUT_QUIET ERROR_QUIET)
endif()
if(fuzzing_engine_is_absent OR NOT PYTHON3)
  message(STATUS "cnnspec fuzz: not tested, clang++ with libFuzzer is absent (Debian/Ubuntu: clang libclang-rt-dev)")
else()
  add_test(NAME Fuzz.an_input_that_fails_is_made_small_and_told
           COMMAND ${PYTHON3} ${CMAKE_CURRENT_LIST_DIR}/run_test.py ${PROJECT_SOURCE_DIR} ${CLANGXX})
  if(ZIP)
    add_test(NAME OssFuzz.the_build_script_makes_targets_that_pass_their_seeds
             COMMAND ${CMAKE_CURRENT_LIST_DIR}/oss_fuzz_test.sh ${PROJECT_SOURCE_DIR} ${CLANGXX})
    set_tests_properties(OssFuzz.the_build_script_makes_targets_that_pass_their_seeds PROPERTIES TIMEOUT 1200 LABELS slow)
  else()
    message(STATUS "the build script for OSS-Fuzz: not tested, zip is absent")
  endif()
endif()
