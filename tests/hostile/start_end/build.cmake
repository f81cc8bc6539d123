# early_user is bound when it is loaded: that calls early_resolver's resolver while other libraries are not relocated yet.
target_link_options(hostile_start_end_early_resolver PRIVATE -Wl,-z,now)
target_link_options(hostile_start_end_early_user PRIVATE -Wl,-z,now)
target_link_libraries(hostile_start_end_early_user PRIVATE hostile_start_end_early_resolver)
target_link_libraries(hostile_start_end_early PRIVATE hostile_start_end_early_user hostile_start_end_early_resolver)
