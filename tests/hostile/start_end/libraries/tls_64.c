/* 64 bytes of thread-local storage: moves the thread control block by as much. */
__thread char padding_of_64_bytes[64] __attribute__((tls_model("initial-exec"), aligned(64)));
