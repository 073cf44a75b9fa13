# Removes what `cmake --install` wrote last, as its manifest in BUILD says, and the folders that are empty then.
#
#   cmake -D BUILD=build/release -P cmake/uninstall.cmake
set(manifest ${BUILD}/install_manifest.txt)
if(NOT EXISTS ${manifest})
  message(FATAL_ERROR "${manifest}: expected the manifest of an installation, found none: is BUILD the build folder, and was "
                      "it installed from there?")
endif()
file(STRINGS ${manifest} files)
foreach(file IN LISTS files)
  file(REMOVE "${file}")
  get_filename_component(folder "${file}" DIRECTORY)
  while(IS_DIRECTORY "${folder}")
    file(GLOB rest "${folder}/*" "${folder}/.*")
    if(rest)
      break()
    endif()
    file(REMOVE_RECURSE "${folder}")
    get_filename_component(folder "${folder}" DIRECTORY)
  endwhile()
endforeach()
list(LENGTH files count)
message(STATUS "${count} files removed")
