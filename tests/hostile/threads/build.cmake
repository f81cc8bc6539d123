# The loader binds lazily with some 3 KB of the caller's stack.
target_link_options(hostile_threads_coroutines PRIVATE -Wl,-z,now)
set_target_properties(hostile_threads_coroutine_kinds PROPERTIES CXX_STANDARD 20)
