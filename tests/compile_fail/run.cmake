# Compiles SOURCE with COMPILER, and judges the outcome by the file's first line: `// expect: C6` wants an error that
# names C6, `// expect: C6 3 4` one that shows that 3 was expected and 4 given, anything else wants success.
execute_process(COMMAND "${COMPILER}" -std=c++20 -fsyntax-only "-I${SPEC}" "${SOURCE}"
                RESULT_VARIABLE status ERROR_VARIABLE output)
file(STRINGS "${SOURCE}" first_line LIMIT_COUNT 1)

if(first_line MATCHES "^// expect: (C[0-9])( (-?[0-9]+) (-?[0-9]+))?$")
  set(clause ${CMAKE_MATCH_1})
  set(numbers "${CMAKE_MATCH_2}")
  # The arguments of require_static, as g++ and as clang++ print them.
  set(shown "expected = ${CMAKE_MATCH_3}; [^\n]*actual = ${CMAKE_MATCH_4}]|::${clause}, ${CMAKE_MATCH_3}L*, ${CMAKE_MATCH_4}L*>")
  if(status EQUAL 0)
    message(FATAL_ERROR "compiles, although ${clause} does not hold")
  elseif(NOT output MATCHES "error: [^\n]*${clause}: ")
    message(FATAL_ERROR "does not compile, but no error names ${clause}:\n${output}")
  elseif(numbers AND NOT output MATCHES "${shown}")
    message(FATAL_ERROR "does not compile, but no error shows${numbers}:\n${output}")
  endif()
elseif(NOT status EQUAL 0)
  message(FATAL_ERROR "must compile, but does not:\n${output}")
endif()
