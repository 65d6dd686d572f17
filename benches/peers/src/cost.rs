//! What a piece of work costs: time on the clock, and calls to the allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ops::AddAssign;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

/// The system allocator, counting what is asked of it. Moving a block counts as much as a new one.
pub struct Counting;

// SAFETY: every call is passed on unchanged to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

/// A load and a store instead of one atomic addition: there is only one thread, and the locked
/// instruction would make those who allocate pay for being counted.
fn count() {
    ALLOCATIONS.store(ALLOCATIONS.load(Relaxed) + 1, Relaxed);
}

/// The cost of a number of like operations.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    operations: usize,
    time: Duration,
    allocations: u64,
}

impl Cost {
    /// Measures `work`, which performs `operations` operations.
    ///
    /// Some laps have so few operations that reading the clock would show in the result; hence the
    /// time of an empty lap is taken off.
    pub fn of(operations: usize, work: impl FnOnce()) -> Self {
        static EMPTY_LAP: LazyLock<Duration> = LazyLock::new(|| {
            let mut laps: Vec<_> = (0..10_001).map(|_| Cost::lap(0, || ()).time).collect();
            laps.sort_unstable();
            laps[laps.len() / 2]
        });
        let empty_lap = *EMPTY_LAP;
        let lap = Self::lap(operations, work);
        Self { time: lap.time.saturating_sub(empty_lap), ..lap }
    }

    fn lap(operations: usize, work: impl FnOnce()) -> Self {
        let allocations = ALLOCATIONS.load(Relaxed);
        let start = Instant::now();
        work();
        let time = start.elapsed();
        Self { operations, time, allocations: ALLOCATIONS.load(Relaxed) - allocations }
    }

    pub fn nanoseconds_per_operation(&self) -> f64 {
        self.time.as_nanos() as f64 / self.operations as f64
    }

    pub fn allocations(&self) -> u64 {
        self.allocations
    }

    pub fn allocations_per_operation(&self) -> f64 {
        self.allocations as f64 / self.operations as f64
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.operations += other.operations;
        self.time += other.time;
        self.allocations += other.allocations;
    }
}
