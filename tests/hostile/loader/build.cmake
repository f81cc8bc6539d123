# Found by its own run path, which the program that loads it does not have.
set_target_properties(hostile_loader_asks_by_name PROPERTIES BUILD_RPATH "$ORIGIN")
# Has a jump of its own that stands for malloc in all libraries: the address of malloc must be known when it is linked.
target_compile_options(hostile_loader_fixed_address PRIVATE -fno-pie)
target_link_options(hostile_loader_fixed_address PRIVATE -no-pie)
# Carries the other libunwind, which unwinds with functions of its own names.
target_link_libraries(hostile_loader_own_unwinder PRIVATE unwind)
target_link_options(hostile_loader_hidden_header PRIVATE -Wl,-z,now)
# Its functions have versions; and it is found by the older kind of table.
target_compile_options(hostile_loader_versioned_malloc PRIVATE -Wno-unused-parameter -fno-builtin)
target_link_options(hostile_loader_versioned_malloc PRIVATE -Wl,--hash-style=sysv
    -Wl,--version-script=${CMAKE_CURRENT_SOURCE_DIR}/loader/libraries/versioned_malloc.map)
target_compile_options(hostile_loader_malloc_debug PRIVATE -O0 -Wno-deprecated-declarations)
# What is freed by another function than its own is freed all the same, by these allocators.
target_compile_options(hostile_loader_operators PRIVATE -Wno-mismatched-new-delete)
target_compile_options(hostile_loader_allocator_interfaces PRIVATE -Wno-pedantic)
