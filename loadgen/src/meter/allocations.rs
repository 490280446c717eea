//! Allocations, in a build that counts them (`--features count-allocations`): an addition for each one, so that times
//! are better taken from a build without. A program whose subject they are has [`Counting`] for its allocator in any build.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

/// What was asked of a [`Counting`] allocator since this process started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocations {
    /// How often memory was asked for, or asked to be larger or smaller.
    pub count: u64,
    /// How much, in bytes; of a piece that grew, by how much.
    pub bytes: u64,
}

/// The system's allocator, counted.
pub struct Counting;

static COUNT: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

#[cfg(feature = "count-allocations")]
#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What this process has asked for; none in a build that does not count.
pub(super) fn read() -> Option<Allocations> {
    cfg!(feature = "count-allocations").then(Allocations::so_far)
}

impl Allocations {
    /// Where they stand; zeros where the allocator is another.
    #[must_use]
    pub fn so_far() -> Self {
        Self {
            count: COUNT.load(Ordering::Relaxed),
            bytes: BYTES.load(Ordering::Relaxed),
        }
    }
}

fn note(bytes: usize) {
    COUNT.fetch_add(1, Ordering::Relaxed);
    BYTES.fetch_add(bytes as u64, Ordering::Relaxed);
}

#[expect(unsafe_code, reason = "an allocator is unsafe by its trait")]
// SAFETY: every call goes to the system's allocator as it came, and `note` touches two atomic numbers alone, so whatever
// the callers promise and the system's allocator promises holds as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        note(new_size.saturating_sub(layout.size()));
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, new_size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[cfg(all(test, feature = "count-allocations"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_allocated_is_counted() {
        let before = read().unwrap();
        let mut kept = std::hint::black_box(Vec::<u8>::with_capacity(1_000_000));
        kept.resize(2_000_000, 1);
        let zeroed = std::hint::black_box(vec![0_u64; 1_000]);
        let after = read().unwrap();
        // Other tests allocate at the same time.
        assert!(after.count >= before.count + 3, "{before:?} {after:?}");
        assert!(
            after.bytes >= before.bytes + 2_008_000,
            "{before:?} {after:?}"
        );
        drop((kept, zeroed));
    }
}
