# The header of a oneDNN of version MAJOR lies in WORK: it must not be found, for that reason.
file(REMOVE_RECURSE ${WORK})
file(WRITE ${WORK}/oneapi/dnnl/dnnl_version.h
     "#define DNNL_VERSION_MAJOR ${MAJOR}\n#define DNNL_VERSION_MINOR 7\n#define DNNL_VERSION_PATCH 0\n")

set(oneDNN_INCLUDE_DIR ${WORK} CACHE PATH "")
set(oneDNN_LIBRARY ${WORK}/libdnnl.so CACHE FILEPATH "")
list(APPEND CMAKE_MODULE_PATH ${MODULES})
find_package(oneDNN QUIET MODULE)
if(oneDNN_FOUND)
  message(FATAL_ERROR "version ${MAJOR} was found as ${oneDNN_VERSION}")
endif()
