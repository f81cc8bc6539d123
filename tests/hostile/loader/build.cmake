# Found by its own run path, which the program that loads it does not have.
set_target_properties(hostile_loader_asks_by_name PROPERTIES BUILD_RPATH "$ORIGIN")
# Carries the other libunwind, which unwinds with functions of its own names.
target_link_libraries(hostile_loader_own_unwinder PRIVATE unwind)
