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
    add_dependencies(product ${target})
endfunction()
