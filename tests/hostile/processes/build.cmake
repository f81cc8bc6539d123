# Found in the working directory, where the test puts glibc's own under this name.
target_link_options(hostile_processes_foreign_loader PRIVATE -Wl,--dynamic-linker=./ld-musl-x86_64.so.1)
