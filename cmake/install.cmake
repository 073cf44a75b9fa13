# `cmake --install`: the libraries, the headers, the command, and the files by which find_package(cnnspec) finds them.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(cnnspec_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/cnnspec)

target_include_directories(cnnspec_spec INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(TARGETS cnnspec_spec EXPORT cnnspec-spec)
install(EXPORT cnnspec-spec NAMESPACE cnnspec:: DESTINATION ${cnnspec_package_dir})
install(DIRECTORY spec/cnnspec DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(FILES checks/kernels/cnnspec/kernel.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cnnspec)

if(CNNSPEC_BUILD_CHECKS)
  target_include_directories(cnnspec_checks PUBLIC $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/cnnspec>)
  install(TARGETS cnnspec_checks EXPORT cnnspec-checks)
  install(EXPORT cnnspec-checks NAMESPACE cnnspec:: DESTINATION ${cnnspec_package_dir})
  install(DIRECTORY checks DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cnnspec
          FILES_MATCHING PATTERN "*.hpp" PATTERN "bench" EXCLUDE PATTERN "cli" EXCLUDE PATTERN "coverage" EXCLUDE
          PATTERN "kernels/cnnspec" EXCLUDE PATTERN "mutants" EXCLUDE PATTERN "plugins" EXCLUDE)
endif()
if(CNNSPEC_BUILD_CLI)
  install(TARGETS cnnspec_cli)
  get_property(cnnspec_plugins GLOBAL PROPERTY cnnspec_plugins)
  install(TARGETS cnnspec_host ${cnnspec_plugins} RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/cnnspec
                                                  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/cnnspec)
endif()

# The Python package has the command, in the folders of its environment.
if(SKBUILD)
  install(TARGETS cnnspec_cli RUNTIME DESTINATION ${SKBUILD_SCRIPTS_DIR} COMPONENT python)
  install(TARGETS cnnspec_host ${cnnspec_plugins}
          RUNTIME DESTINATION ${SKBUILD_DATA_DIR}/libexec/cnnspec COMPONENT python
          LIBRARY DESTINATION ${SKBUILD_DATA_DIR}/libexec/cnnspec COMPONENT python)
endif()

configure_package_config_file(cmake/cnnspec-config.cmake.in cnnspec-config.cmake
                              INSTALL_DESTINATION ${cnnspec_package_dir})
write_basic_package_version_file(cnnspec-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/cnnspec-config.cmake ${PROJECT_BINARY_DIR}/cnnspec-config-version.cmake
        DESTINATION ${cnnspec_package_dir})
