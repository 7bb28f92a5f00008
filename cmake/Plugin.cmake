# For plug-in authors, in this tree and (installed with the package OpenWMI) in theirs.

# openwmi_add_plugin(TARGET source...): a provider or consumer library that the service loads.
#
# It sees the public SDK only and links libopenwmi.so.1, where the COM state of a process lives once;
# -fno-gnu-unique keeps its templates its own, and hidden visibility exports nothing but the Dll* entry points.
function(openwmi_add_plugin target)
    add_library(${target} MODULE ${ARGN})
    target_compile_options(${target} PRIVATE -fvisibility=hidden $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
    target_compile_features(${target} PUBLIC cxx_std_17)
    target_link_libraries(${target} PRIVATE OpenWMI::openwmi)
    set_target_properties(${target} PROPERTIES PREFIX "")
    if(TARGET product)  # in our own tree
        add_dependencies(product ${target})
    endif()
endfunction()

# openwmi_register_class(TARGET CLSID NAME [COMPONENT component])
#
# Writes the registration file of a class of that plug-in (docs/formats/class-registration.md), for the build tree into
# ${CMAKE_BINARY_DIR}/classes.d, and installs another one for the installed library, which goes to <libdir>/openwmi.
# CLSID is written as StringFromCLSID does: upper case, in braces.
function(openwmi_register_class target clsid name)
    cmake_parse_arguments(PARSE_ARGV 3 REGISTER "" "COMPONENT" "")
    set(hex "[0-9A-F]")
    string(REGEX REPLACE "${hex}" "0" shape "${clsid}")
    if(NOT shape STREQUAL "{00000000-0000-0000-0000-000000000000}")
        message(FATAL_ERROR "openwmi_register_class: ${clsid} is not a CLSID in upper case and braces")
    endif()
    include(GNUInstallDirs)
    set(component "")
    if(REGISTER_COMPONENT)
        set(component COMPONENT "${REGISTER_COMPONENT}")
    endif()
    set(classes "${CMAKE_INSTALL_DATADIR}/openwmi/classes.d")
    set(libraries "${CMAKE_INSTALL_LIBDIR}/openwmi")
    file(RELATIVE_PATH from_file "${CMAKE_INSTALL_FULL_DATADIR}/openwmi/classes.d"
         "${CMAKE_INSTALL_FULL_LIBDIR}/openwmi")
    set(tail "ThreadingModel=Both\nName=${name}\n")
    file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/classes.d/${clsid}.class"
         CONTENT "InprocServer32=$<TARGET_FILE:${target}>\n${tail}")
    file(GENERATE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/installed/${clsid}.class"
         CONTENT "InprocServer32=${from_file}/$<TARGET_FILE_NAME:${target}>\n${tail}")
    install(FILES "${CMAKE_CURRENT_BINARY_DIR}/installed/${clsid}.class" DESTINATION "${classes}" ${component})
    install(TARGETS ${target} LIBRARY DESTINATION "${libraries}" ${component})
endfunction()
