//! Memory that is given out and never taken back, which is enough to link.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering};

const SIZE: usize = 1 << 16;

/// Gives out one piece of memory, bit by bit.
pub struct Heap {
    memory: UnsafeCell<[u8; SIZE]>,
    used: AtomicUsize,
}

impl Heap {
    /// All of it is free.
    pub const fn new() -> Self {
        Self { memory: UnsafeCell::new([0; SIZE]), used: AtomicUsize::new(0) }
    }
}

// SAFETY: `used` only grows, so no two callers are ever given the same bytes.
unsafe impl Sync for Heap {}

// SAFETY: what is returned lies within `memory`, is aligned, and is returned only once.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let start = self.memory.get() as usize;
        let place = |used: usize| (start + used).next_multiple_of(layout.align()) - start;
        let end = |used: usize| place(used).checked_add(layout.size()).filter(|end| *end <= SIZE);
        match self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, end) {
            Ok(used) => self.memory.get().cast::<u8>().wrapping_add(place(used)),
            Err(_) => null_mut(),
        }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}
