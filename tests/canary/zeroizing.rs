//! The program with an allocator that wipes whatever is freed.

#[path = "program.rs"]
mod program;

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() {
    program::main();
}
