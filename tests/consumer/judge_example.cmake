# Builds a copy of the folder EXAMPLE, in WORK, with the cnnspec installed in PREFIX, and judges the library, or the worker;
# or, with SCRIPT, judges the worker that NEEDS runs. The verdicts
# must be those that the example's README shows; with MISTAKE, those of the operations that use the filter must be "fail".
if(NEEDS)
  execute_process(COMMAND ${NEEDS} --version RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
  if(NOT status EQUAL 0)
    message("skipped: ${NEEDS} is absent")
    return()
  endif()
endif()

include(${CMAKE_CURRENT_LIST_DIR}/must_end_with.cmake)

# verdicts_in(text variable): the rows of the judge's table, each as "conv2d_forward f32 pass", and with ", in part" where
# there were unsupported cases.
function(verdicts_in text variable)
  string(REGEX MATCHALL "[a-z0-9_]+ +b?f[0-9]+ +[0-9,]+ +[0-9,]+ [^\n]* (pass|fail)\n" rows "${text}")
  set(verdicts "")
  foreach(row IN LISTS rows)
    string(REGEX REPLACE "^([a-z0-9_]+) +([bf0-9]+) +[0-9,]+ +([0-9,]+) .* (pass|fail)\n$" "\\1 \\2 \\4 \\3" row "${row}")
    string(REGEX REPLACE " 0$" "" row "${row}")
    string(REGEX REPLACE " [1-9][0-9,]*$" ", in part" row "${row}")
    list(APPEND verdicts "${row}")
  endforeach()
  set(${variable} "${verdicts}" PARENT_SCOPE)
endfunction()

file(READ ${EXAMPLE}/README.md readme)
verdicts_in("${readme}" expected)
if(NOT expected MATCHES "conv2d_forward")
  message(FATAL_ERROR "${EXAMPLE}/README.md shows no verdict on conv2d_forward")
endif()
set(expected_status 0)
if(MISTAKE)
  set(expected_status 1)
  string(REGEX REPLACE "(conv2d_(forward|backward_input|backward_kernel) [bf0-9]+) pass" "\\1 fail" expected
                       "${expected}")
endif()

get_filename_component(name ${EXAMPLE} NAME)
file(REMOVE_RECURSE ${WORK})
file(COPY ${EXAMPLE} DESTINATION ${WORK})
set(cases 200)
if(SCRIPT)
  set(cases 40) # of which those that fail are shrunk, with a language that takes its time
  set(kernel "worker:${NEEDS} '${WORK}/${name}/${SCRIPT}'")
  if(MISTAKE)
    string(APPEND kernel " --mistake")
  endif()
else()
  must_end_with(0 ${CMAKE_COMMAND} -G ${GENERATOR} -S ${WORK}/${name} -B ${WORK}/build -D CMAKE_PREFIX_PATH=${PREFIX} -D
                MISTAKE=${MISTAKE} -D CMAKE_C_COMPILER=${C_COMPILER} -D CMAKE_CXX_COMPILER=${CXX_COMPILER} -D
                "CMAKE_C_FLAGS=-Wall -Wextra -Wpedantic" -D "CMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic")
  must_end_with(0 ${CMAKE_COMMAND} --build ${WORK}/build)
  if(WERROR AND output MATCHES "warning: ")
    message(FATAL_ERROR "${output}")
  endif()
  set(kernel ${WORK}/build/lib${name}.so)
  if(EXISTS ${WORK}/build/${name})
    set(kernel "worker:'${WORK}/build/${name}'")
  endif()
endif()
must_end_with(${expected_status} ${PREFIX}/bin/cnnspec judge ${kernel} --cases ${cases} ${OPTIONS})
verdicts_in("${output}" verdicts)
if(NOT verdicts STREQUAL expected)
  message(FATAL_ERROR "the verdicts should be ${expected}, and are ${verdicts}:\n${output}")
endif()
