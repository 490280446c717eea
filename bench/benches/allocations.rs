//! How often each codec and the core ask for memory, and for how much, message by message.

use std::alloc::{GlobalAlloc, Layout, System};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use bench::arguments::{self, Arguments, Mode};
use bench::cases::{self, Case};
use bench::comparison::{self, Quantity};
use bench::figures::{self, Count, Figures};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static COUNT: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

/// The system's allocator, counted.
struct Counting;

fn main() -> Result<ExitCode> {
    let arguments = match Arguments::of_this_process() {
        Ok(arguments) => arguments,
        Err(code) => return Ok(code),
    };
    let mut all = cases::codecs();
    all.extend(cases::core());
    let selected: Vec<_> = all
        .iter()
        .filter(|case| arguments.select(&case.id))
        .collect();
    match arguments.mode {
        Mode::List => arguments::list(selected.iter().map(|case| case.id.as_str())),
        Mode::Test => drop(count_all(&selected)),
        Mode::Measure => measure(&selected)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn measure(cases: &[&Case]) -> Result<()> {
    let (counts, bytes) = count_all(cases);
    let target = figures::target_directory(env!("CARGO_TARGET_TMPDIR"));
    Count::Allocations.save(target, &counts)?;
    Count::AllocatedBytes.save(target, &bytes)?;
    let codecs: Vec<_> = cases
        .iter()
        .copied()
        .filter(|case| case.of.is_some())
        .collect();
    if !codecs.is_empty() {
        let quantities = [("allocations", &counts), ("allocated bytes", &bytes)]
            .map(|(name, figures)| Quantity { name, figures });
        println!("\nAllocations, of one message each\n");
        print!("{}", comparison::table(&codecs, &quantities).to_text());
    }
    for case in cases.iter().filter(|case| case.of.is_none()) {
        let (count, bytes) = (counts[&case.id], bytes[&case.id]);
        println!("{}: {count} allocations, {bytes} bytes", case.id);
    }
    Ok(())
}

/// Allocations and bytes of one run of each case, once it has run.
fn count_all(cases: &[&Case]) -> (Figures, Figures) {
    let counted = cases.iter().map(|case| {
        let mut prepared = case.prepare();
        let before = (COUNT.load(Ordering::Relaxed), BYTES.load(Ordering::Relaxed));
        prepared.run();
        let after = (COUNT.load(Ordering::Relaxed), BYTES.load(Ordering::Relaxed));
        let each = |before, after| figures::for_each(after - before, case.times);
        (
            (case.id.clone(), each(before.0, after.0)),
            (case.id.clone(), each(before.1, after.1)),
        )
    });
    counted.unzip()
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
