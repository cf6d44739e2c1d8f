//! An allocator that counts, and looks for secrets in what is freed.
#![expect(unsafe_code, reason = "the trait `GlobalAlloc` is unsafe, and freed blocks are read as they are")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    slice,
    sync::atomic::{AtomicU8, AtomicUsize, Ordering::Relaxed},
};

use zeroizing_alloc::ZeroAlloc;

use crate::environment::MARKERS;

/// The system's allocator; while it watches, it counts and looks, and while it wipes, it leaves nothing.
///
/// A block that changes its size is counted as a new one to which the old one was copied, as `GlobalAlloc` does unless
/// told otherwise: an allocator may or may not leave it in its place.
pub(crate) struct Allocator {
    mode: AtomicU8,
    allocations: AtomicUsize,
    bytes: AtomicUsize,
    dirty_frees: AtomicUsize,
}

/// What happened while the allocator watched.
pub(super) struct Seen {
    pub(super) allocations: usize,
    pub(super) bytes: usize,
    pub(super) dirty_frees: usize,
}

impl Allocator {
    pub(super) const fn new() -> Self {
        Self {
            mode: AtomicU8::new(PLAIN),
            allocations: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            dirty_frees: AtomicUsize::new(0),
        }
    }

    pub(super) fn watch(&self, action: impl FnOnce()) -> Seen {
        for counter in [&self.allocations, &self.bytes, &self.dirty_frees] {
            counter.store(0, Relaxed);
        }
        self.mode.store(WATCHING, Relaxed);
        action();
        self.mode.store(PLAIN, Relaxed);
        Seen {
            allocations: self.allocations.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            dirty_frees: self.dirty_frees.load(Relaxed),
        }
    }

    /// Wipes what is freed meanwhile.
    pub(crate) fn wipe<T>(&self, action: impl FnOnce() -> T) -> T {
        self.mode.store(WIPING, Relaxed);
        let result = action();
        self.mode.store(PLAIN, Relaxed);
        result
    }
}

// SAFETY: all blocks come from `System` and go back to it with the layout they came with.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if self.mode.load(Relaxed) != WATCHING {
            // SAFETY: the caller keeps the contract of this method, which is the same.
            return unsafe { System.alloc(layout) };
        }
        self.allocations.fetch_add(1, Relaxed);
        self.bytes.fetch_add(layout.size(), Relaxed);
        // Zeroed, so that what an earlier owner of the block left there is not taken for the next one's.
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let mode = self.mode.load(Relaxed);
        if mode == WIPING {
            // SAFETY: the caller keeps the contract of this method, which is the same.
            return unsafe { ZeroAlloc(System).dealloc(block, layout) };
        }
        if mode == WATCHING {
            // SAFETY: the block is the caller's, of this size, and was zeroed when it was handed out.
            let content = unsafe { slice::from_raw_parts(block, layout.size()) };
            if holds_a_secret(content) {
                self.dirty_frees.fetch_add(1, Relaxed);
            }
        }
        // SAFETY: the caller keeps the contract of this method, which is the same.
        unsafe { System.dealloc(block, layout) }
    }
}

fn holds_a_secret(content: &[u8]) -> bool {
    MARKERS.iter().any(|marker| content.windows(marker.len()).any(|window| window == marker.as_bytes()))
}

const PLAIN: u8 = 0;
const WATCHING: u8 = 1;
const WIPING: u8 = 2;
