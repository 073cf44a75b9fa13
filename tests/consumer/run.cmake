# Configures, builds and runs the project in this folder, in BUILD. FROM and CHECKS say how and what it uses; PREFIX is
# where cnnspec was installed. Without CHECKS no library may be looked for, as if there were none on this machine.
function(must_work)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}\nended with ${status}:\n${output}")
  endif()
endfunction()

file(STRINGS ${SOURCE}/CMakeLists.txt project REGEX "^project\\(cnnspec VERSION ")
string(REGEX MATCH "[0-9]+\\.[0-9]+" version "${project}") # a package of another second number does not do

set(options -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} -D CNNSPEC_WERROR=${WERROR} -D
            CNNSPEC_FROM=${FROM} -D CNNSPEC_SOURCE=${SOURCE} -D CNNSPEC_VERSION=${version}
            -D CMAKE_PREFIX_PATH=${PREFIX} -D USE_CHECKS=${CHECKS} -D "CMAKE_CXX_FLAGS=${FLAGS}")
set(programs uses_spec)
if(CHECKS)
  list(APPEND programs uses_checks)
else()
  foreach(library Boost CLI11 GTest Threads benchmark fmt nlohmann_json oneDNN rapidcheck)
    list(APPEND options -D CMAKE_DISABLE_FIND_PACKAGE_${library}=ON)
  endforeach()
endif()

file(REMOVE_RECURSE ${BUILD})
must_work(${CMAKE_COMMAND} -G ${GENERATOR} -S ${CMAKE_CURRENT_LIST_DIR} -B ${BUILD} ${options})
must_work(${CMAKE_COMMAND} --build ${BUILD} --target ${programs} --parallel 2)
foreach(program IN LISTS programs)
  must_work(${BUILD}/${program})
endforeach()
