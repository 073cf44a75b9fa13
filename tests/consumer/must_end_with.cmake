# must_end_with(STATUS COMMAND...) runs a command, which must end with that status, and sets `output`.
function(must_end_with expected)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status STREQUAL expected)
    message(FATAL_ERROR "${ARGN}\nended with ${status}, not ${expected}:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()
