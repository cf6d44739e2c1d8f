//! An allocator that knows how much each thread holds.
#![expect(unsafe_code, reason = "the trait `GlobalAlloc` is unsafe")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// The system's allocator, which counts.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
}

/// Returns how many bytes this thread has allocated and not given back.
pub(crate) fn held() -> isize {
    HELD.get()
}

/// A thread that ends frees its last blocks without being counted.
fn count(bytes: isize) {
    let _ended = HELD.try_with(|held| held.set(held.get() + bytes));
}

// SAFETY: all blocks come from `System` and go back to it with the layout they came with.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller keeps the contract of this method, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}
