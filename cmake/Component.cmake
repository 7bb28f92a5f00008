# Our own plug-ins (sources/ and consumers/). Like a stranger's they see the public SDK only; what they are made of is also
# a static library, for their tests.

# component_library(TARGET folder...): the code in those folders, without tests and entry points.
function(component_library target)
    set(sources "")
    foreach(folder IN LISTS ARGN)
        file(GLOB found CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp")
        list(APPEND sources ${found})
    endforeach()
    list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
    list(FILTER sources EXCLUDE REGEX "/plugin\\.cpp$")
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}")
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
    target_link_libraries(${target} PUBLIC OpenWMI::openwmi Threads::Threads PRIVATE openwmi_flags)
endfunction()

# component_test(TARGET NEEDS library... FOLDERS folder...): the *_test.cpp of those folders.
function(component_test target)
    cmake_parse_arguments(PARSE_ARGV 1 TEST "" "" "NEEDS;FOLDERS")
    if(NOT OPENWMI_TESTS)
        return()
    endif()
    set(tests "")
    foreach(folder IN LISTS TEST_FOLDERS)
        file(GLOB found CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*_test.cpp")
        list(APPEND tests ${found})
    endforeach()
    add_executable(${target} ${tests})
    target_link_libraries(${target} PRIVATE ${TEST_NEEDS} openwmi_test_wmi openwmi_test_support openwmi_flags)
    add_test(NAME ${target} COMMAND ${target})
    set_tests_properties(${target} PROPERTIES LABELS unit)
endfunction()

# component_plugin(NAME CLSID title FOLDER folder NEEDS library...): openwmi_NAME.so from the folder's plugin.cpp,
# registered as that class, and its MOF file, which is installed and lies in mof/ of the build folder.
function(component_plugin name clsid title)
    cmake_parse_arguments(PARSE_ARGV 3 PLUGIN "" "FOLDER" "NEEDS")
    set(target "openwmi_${name}")
    openwmi_add_plugin(${target} "${PLUGIN_FOLDER}/plugin.cpp")
    target_link_libraries(${target} PRIVATE ${PLUGIN_NEEDS} openwmi_flags)
    openwmi_register_class(${target} "${clsid}" "${title}")
    configure_file("${PLUGIN_FOLDER}/${name}.mof" "${PROJECT_BINARY_DIR}/mof/${name}.mof" COPYONLY)
    install(FILES "${PLUGIN_FOLDER}/${name}.mof" DESTINATION "${CMAKE_INSTALL_DATADIR}/openwmi/mof")
endfunction()
