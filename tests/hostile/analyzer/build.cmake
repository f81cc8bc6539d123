# The writer of traces that tests and importers use.
target_link_libraries(hostile_analyzer_many_blocks PRIVATE dregs_analyzer)
set_target_properties(hostile_analyzer_many_blocks PROPERTIES CXX_STANDARD 20)
target_link_libraries(hostile_analyzer_growing PRIVATE ${CMAKE_DL_LIBS})
target_link_libraries(hostile_analyzer_cut_short PRIVATE ${CMAKE_DL_LIBS})
