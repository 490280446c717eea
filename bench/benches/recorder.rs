//! What keeping a latency costs: the load generator does it for each message, and must not notice.

use std::hint::black_box;
use std::time::Duration;

use bench::{figures, pace};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use loadgen::recorder::{Moments, Recorder, Recording};

/// How many benches there are, and how long they may take together.
const BENCHES: usize = 3;
const IN_ALL: Duration = Duration::from_secs(1);

/// How many different latencies are recorded in turn, so that no bucket is always in the nearest cache.
const LATENCIES: usize = 4096;

/// From microseconds to some seconds, as a generator of pseudorandom numbers gives them (Knuth's MMIX constants):
/// uniform in the logarithm, so that all magnitudes come.
fn moments() -> Vec<Moments> {
    let mut state = 42_u64;
    let mut next = move |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    (0..LATENCIES as u64)
        .map(|number| {
            let intended_ns = number * 1_000;
            let actual_ns = intended_ns + next(1_000);
            let complete_ns = actual_ns + (1_000 << next(22)) + next(1_000);
            Moments {
                intended_ns,
                actual_ns,
                complete_ns,
            }
        })
        .collect()
}

fn recorder(criterion: &mut Criterion) {
    let moments = moments();
    let mut group = criterion.benchmark_group("recorder");
    group.throughput(Throughput::Elements(1));
    group.bench_function("sample", |bencher| {
        let mut recorder = Recorder::new(Recording::On);
        let mut all = moments.iter().cycle();
        bencher.iter(|| {
            let moments = all.next().expect("it goes round");
            recorder.delivery(black_box(moments.complete_ns - moments.intended_ns));
        });
    });
    // An operation is three samples: response time, service time, send lag.
    group.bench_function("operation", |bencher| {
        let mut recorder = Recorder::new(Recording::On);
        let mut all = moments.iter().cycle();
        bencher.iter(|| recorder.answered(black_box(*all.next().expect("it goes round"))));
    });
    group.bench_function("operation_not_recorded", |bencher| {
        let mut recorder = Recorder::new(Recording::Off);
        let mut all = moments.iter().cycle();
        bencher.iter(|| recorder.answered(black_box(*all.next().expect("it goes round"))));
    });
    group.finish();
}

fn criterion() -> Criterion {
    let target = figures::target_directory(env!("CARGO_TARGET_TMPDIR"));
    pace::criterion(target, BENCHES, IN_ALL)
}

criterion_group! {
    name = benches;
    config = criterion();
    targets = recorder
}
criterion_main!(benches);
