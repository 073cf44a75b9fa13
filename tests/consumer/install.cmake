# Installs what is built in BUILD to PREFIX, judges there with every built-in kernel, also where the prefix has been moved to,
# uninstalls, and finds nothing left. ONEDNN: whether that one was built.
include(${CMAKE_CURRENT_LIST_DIR}/must_end_with.cmake)

# judge_all(prefix): with nothing in the environment that helps.
function(judge_all prefix)
  foreach(kernel im2col im2col-ijk-fma ${oneDNN})
    must_end_with(0 ${CMAKE_COMMAND} -E env --unset=CNNSPEC_LIBEXEC ${prefix}/bin/cnnspec judge ${kernel} --dtype f32 --cases 5)
  endforeach()
endfunction()

set(oneDNN "")
if(ONEDNN)
  set(oneDNN onednn)
endif()
unset(ENV{DESTDIR})
file(REMOVE_RECURSE ${PREFIX} ${PREFIX}.moved)
must_end_with(0 ${CMAKE_COMMAND} --install ${BUILD} --prefix ${PREFIX})
judge_all(${PREFIX})
foreach(part cnnspec-host cnnspec-kernel-im2col.so)
  if(NOT EXISTS ${PREFIX}/libexec/cnnspec/${part})
    message(FATAL_ERROR "${PREFIX}/libexec/cnnspec/${part} is not there")
  endif()
endforeach()
file(RENAME ${PREFIX} ${PREFIX}.moved)
judge_all(${PREFIX}.moved)
file(RENAME ${PREFIX}.moved ${PREFIX})

# What is somebody else's stays.
file(WRITE ${PREFIX}/share/other "somebody else's")
must_end_with(0 ${CMAKE_COMMAND} -D BUILD=${BUILD} -P ${UNINSTALL})
file(GLOB_RECURSE left LIST_DIRECTORIES ON RELATIVE ${PREFIX} ${PREFIX}/*)
if(NOT left STREQUAL "share;share/other")
  message(FATAL_ERROR "left in ${PREFIX}: ${left}")
endif()
must_end_with(1 ${CMAKE_COMMAND} -D BUILD=${BUILD}/nowhere -P ${UNINSTALL})
string(REGEX REPLACE "[ \n]+" " " output "${output}") # CMake breaks the lines of an error
if(NOT output MATCHES "expected the manifest of an installation")
  message(FATAL_ERROR "${output}")
endif()
