# What an SDK user finds: find_package(OpenWMI) and pkg-config openwmi. All of it is the install component "sdk".
include(CMakePackageConfigHelpers)

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/OpenWMI")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/OpenWMIConfig.cmake.in"
    "${PROJECT_BINARY_DIR}/OpenWMIConfig.cmake" INSTALL_DESTINATION "${package_folder}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/OpenWMIConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
configure_file("${PROJECT_SOURCE_DIR}/cmake/openwmi.pc.in" "${PROJECT_BINARY_DIR}/openwmi.pc" @ONLY)

install(EXPORT OpenWMITargets NAMESPACE OpenWMI:: DESTINATION "${package_folder}" COMPONENT sdk)
install(FILES "${PROJECT_BINARY_DIR}/OpenWMIConfig.cmake" "${PROJECT_BINARY_DIR}/OpenWMIConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/Plugin.cmake"
        DESTINATION "${package_folder}" COMPONENT sdk)
install(FILES "${PROJECT_BINARY_DIR}/openwmi.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT sdk)
