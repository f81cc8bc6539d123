// A Rust program that says where it is, as sites.cpp does.
use std::arch::asm;

extern "C" {
    static __executable_start: u8;
}

mod basket {
    use super::*;

    #[inline(never)]
    pub fn fill(count: usize) -> usize {
        let next: usize;
        unsafe { asm!("lea {0}, [rip]", out(reg) next) }; // @ rust
        next.wrapping_add(count)
    }
}

fn main() {
    let bias = unsafe { &__executable_start as *const u8 as usize };
    println!("rust {:x}", basket::fill(std::env::args().count()) - 1 - bias);
}
