# The kernels in examples/, copied, built where cnnspec is installed, and judged: as they are, and with their mistake.

# cnnspec_example(name [NEEDS program] [SCRIPT file] [OPTIONS option...]), see judge_example.cmake. NEEDS: without this program
# the test is skipped. OPTIONS: of the judge.
function(cnnspec_example name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "NEEDS;SCRIPT" "OPTIONS")
  foreach(mistake OFF ON)
    set(test Consumer.${name}_passes)
    if(mistake)
      set(test Consumer.${name}_with_a_mistake_fails)
    endif()
    add_test(NAME ${test}
             COMMAND ${CMAKE_COMMAND} -D EXAMPLE=${PROJECT_SOURCE_DIR}/examples/${name} -D MISTAKE=${mistake} -D
                     NEEDS=${arg_NEEDS} -D SCRIPT=${arg_SCRIPT} -D "OPTIONS=${arg_OPTIONS}" -D C_COMPILER=${CMAKE_C_COMPILER} -D CXX_COMPILER=${CMAKE_CXX_COMPILER} -D
                     WERROR=${CNNSPEC_WERROR} -D GENERATOR=${CMAKE_GENERATOR} -D PREFIX=${prefix} -D
                     WORK=${CMAKE_CURRENT_BINARY_DIR}/consumer/${test} -P
                     ${CMAKE_CURRENT_SOURCE_DIR}/consumer/judge_example.cmake)
    set_tests_properties(${test} PROPERTIES FIXTURES_REQUIRED installed_package
                                            SKIP_REGULAR_EXPRESSION "^skipped: [a-z0-9/]+ is absent\n")
  endforeach()
endfunction()

cnnspec_example(kernel_c)
cnnspec_example(kernel_cpp)
cnnspec_example(kernel_rust NEEDS rustc)
cnnspec_example(worker_c)
cnnspec_example(worker_javascript NEEDS node SCRIPT worker.js OPTIONS --dtype f32)
if(python_with_numpy)
  cnnspec_example(worker_python NEEDS ${python_with_numpy} SCRIPT worker.py OPTIONS --dtype f32)
endif()

find_program(CNNSPEC_RUSTC rustc)
mark_as_advanced(CNNSPEC_RUSTC)
if(NOT CNNSPEC_RUSTC)
  message(STATUS "rustc not found: examples/kernel_rust will not be tested (Debian/Ubuntu: apt-get install rustc)")
endif()
