# What the symbols room needs of the build: dregs_symbols(TARGET) links its libraries and compiles wrappers.txt in.
#
# Called by analyzer/CMakeLists.txt. wrappers.txt becomes wrappers.inc, one raw string literal that wrapper_list.cpp
# includes; CMake runs again by itself when the list changes.
function(dregs_symbols target)
    target_link_libraries(${target} PUBLIC dw elf iberty lzma)
    set(list ${PROJECT_SOURCE_DIR}/analyzer/symbols/wrappers.txt)
    set(folder ${PROJECT_BINARY_DIR}/generated)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${list})
    # Compilers need not take string literals over 64 KiB; the list is a quarter of that.
    file(READ ${list} text)
    string(LENGTH "${text}" bytes)
    if(bytes GREATER 60000)
        message(FATAL_ERROR "wrappers.txt has grown past what fits one string literal")
    endif()
    # A semicolon would part a CMake list: the content goes through a file as it is.
    file(WRITE ${folder}/wrappers.new "R\"wrappers(")
    file(APPEND ${folder}/wrappers.new "${text}")
    file(APPEND ${folder}/wrappers.new ")wrappers\"\n")
    configure_file(${folder}/wrappers.new ${folder}/analyzer/symbols/wrappers.inc COPYONLY)
    target_include_directories(${target} PRIVATE ${folder})
endfunction()
