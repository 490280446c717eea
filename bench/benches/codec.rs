//! Each message, encoded and decoded by each codec, on a connection that has seen such a message before.

use std::time::Duration;

use bench::{cases, figures, pace};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// How long all of them may take together.
const IN_ALL: Duration = Duration::from_secs(100);

fn codecs(criterion: &mut Criterion) {
    for case in cases::codecs() {
        let of = case.of.as_ref().expect("a codec's case says whose it is");
        let mut group = criterion.benchmark_group(format!("codec/{}", of.format));
        group.throughput(Throughput::Bytes(of.bytes));
        let name = format!("{}/{}", of.direction.name(), of.message);
        group.bench_function(name, |bencher| {
            let mut prepared = case.prepare();
            bencher.iter(|| prepared.run());
        });
        group.finish();
    }
}

fn criterion() -> Criterion {
    let target = figures::target_directory(env!("CARGO_TARGET_TMPDIR"));
    pace::criterion(target, cases::codecs().len(), IN_ALL)
}

criterion_group! {
    name = benches;
    config = criterion();
    targets = codecs
}
criterion_main!(benches);
