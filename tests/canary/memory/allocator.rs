//! An allocator that looks for secrets in what is freed.
#![expect(unsafe_code, reason = "the trait `GlobalAlloc` is unsafe, and freed blocks are read as they are")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    slice,
};

use zeroizing_alloc::ZeroAlloc;

/// The system's allocator. A thread that watches has its freed blocks looked through.
///
/// A block that changes its size is a new one to which the old one was copied, as `GlobalAlloc` does unless told
/// otherwise: an allocator may or may not leave it in its place.
pub(crate) struct Looking;

/// What is freed as the system gets it.
struct Freed;

thread_local! {
    static MARK: Cell<Option<&'static [u8]>> = const { Cell::new(None) };
    static WIPES: Cell<bool> = const { Cell::new(false) };
    static DIRTY: Cell<usize> = const { Cell::new(0) };
}

impl Looking {
    /// Returns how many blocks this thread freed with `mark` inside, and what `action` gave.
    pub(crate) fn watch<T>(mark: &'static str, action: impl FnOnce() -> T) -> (usize, T) {
        DIRTY.set(0);
        MARK.set(Some(mark.as_bytes()));
        let result = action();
        MARK.set(None);
        (DIRTY.get(), result)
    }

    /// Wipes what this thread frees meanwhile, before it is looked at: as `ZeroAlloc` around the system's allocator.
    pub(crate) fn wipe<T>(action: impl FnOnce() -> T) -> T {
        WIPES.set(true);
        let result = action();
        WIPES.set(false);
        result
    }
}

// SAFETY: all blocks come from `Freed` and go back to it with the layout they came with.
unsafe impl GlobalAlloc for Looking {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of this method, which is the same.
        unsafe { Freed.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe {
            if WIPES.get() { ZeroAlloc(Freed).dealloc(block, layout) } else { Freed.dealloc(block, layout) }
        }
    }
}

// SAFETY: all blocks come from `System` and go back to it with the layout they came with.
unsafe impl GlobalAlloc for Freed {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Zeroed, so that what an earlier owner of the block left there is not taken for the next one's.
        // SAFETY: the caller keeps the contract of this method, which is the same.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if let Some(mark) = MARK.get() {
            // SAFETY: the block is the caller's, of this size, and was zeroed when it was handed out.
            let content = unsafe { slice::from_raw_parts(block, layout.size()) };
            if content.windows(mark.len()).any(|window| window == mark) {
                DIRTY.set(DIRTY.get() + 1);
            }
        }
        // SAFETY: the caller keeps the contract of this method, which is the same.
        unsafe { System.dealloc(block, layout) }
    }
}
