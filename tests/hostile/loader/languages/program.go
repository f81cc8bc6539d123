// A Go program: goroutines on threads of the runtime's call C, which keeps 400 blocks, while the collector runs; Go calls
// panic and recover. The runtime brings its own stacks, signals (SIGURG at any moment) and allocator.
package main

/*
#include <stdlib.h>
static void* volatile kept;
static __attribute__((noinline)) void keep_in_c(int count) {
    for (int i = 0; i < count; i++) kept = malloc(1337);
}
static __attribute__((noinline)) void use_in_c(int count) {
    for (int i = 0; i < count; i++) {
        void* volatile block = malloc(100 + (size_t)i);
        free(block);
    }
}
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"unsafe"
)

func recovered() (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	panic("recovered")
}

func work(wait *sync.WaitGroup) {
	defer wait.Done()
	var garbage [][]byte
	for i := 0; i < 100; i++ {
		C.use_in_c(50)
		garbage = append(garbage, make([]byte, 10000))
	}
	C.keep_in_c(C.int(len(garbage) / 10))
	runtime.GC()
}

func main() {
	var wait sync.WaitGroup
	for i := 0; i < 40; i++ {
		wait.Add(1)
		go work(&wait)
	}
	wait.Wait()
	text := C.CString("from C's heap")
	fmt.Println(C.GoString(text), recovered())
	C.free(unsafe.Pointer(text))
	os.Exit(6)
}
