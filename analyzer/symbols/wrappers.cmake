# Compiles wrappers.txt in: dregs_embed_wrappers(TARGET) makes analyzer/symbols/wrappers.inc, one raw string literal,
# which wrapper_list.cpp includes. Called by analyzer/CMakeLists.txt; runs again when the list changes.
function(dregs_embed_wrappers target)
    set(list ${PROJECT_SOURCE_DIR}/analyzer/symbols/wrappers.txt)
    set(folder ${PROJECT_BINARY_DIR}/generated)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${list})
    # Compilers need not take string literals over 64 KiB; the list is a third of that.
    file(READ ${list} text)
    string(LENGTH "${text}" bytes)
    if(bytes GREATER 60000)
        message(FATAL_ERROR "wrappers.txt has grown past what fits one string literal")
    endif()
    file(CONFIGURE OUTPUT ${folder}/analyzer/symbols/wrappers.inc CONTENT "R\"wrappers(${text})wrappers\"\n" @ONLY)
    target_include_directories(${target} PRIVATE ${folder})
endfunction()
