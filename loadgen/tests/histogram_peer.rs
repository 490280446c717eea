//! Histograms as results carry them, read by Python's implementation of HdrHistogram.

use std::process::Command;

use loadgen::recorder::{Moments, Recorder};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use reports::schema::LatencySummary;

/// Prints, for each histogram on a line of its standard input, its count, its maximum and its percentiles.
const READER: &str = "
import sys
from hdrh.histogram import HdrHistogram
for line in sys.stdin:
    read = HdrHistogram.decode(line.strip())
    at = [read.get_value_at_percentile(p) for p in map(float, sys.argv[1:])]
    print(read.get_total_count(), read.get_max_value(), *at)
";

const PERCENTILES: [f64; 4] = [50.0, 90.0, 99.0, 99.9];

/// What both implementations are to read the same of. Their ranks are rounded differently, so that the sizes make them
/// whole.
fn samples_ns() -> Vec<Vec<u64>> {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let mut log_uniform = || 1_u64 << (random.next_u32() % 36);
    vec![
        vec![1],
        vec![50_000; 1_000],
        (1..=10_000).collect(),
        (1..=10_000).map(|number| number * 1_000_000).collect(),
        (0..100_000)
            .map(|number| {
                if number % 100 == 0 {
                    10_000_000
                } else {
                    80_000
                }
            })
            .collect(),
        (0..50_000).map(|_| log_uniform() + 12_345).collect(),
    ]
}

fn read_by_python(python: &str, lines: &str) -> Vec<Vec<u64>> {
    use std::io::Write as _;
    let mut reader = Command::new(python)
        .args(["-c", READER])
        .args(PERCENTILES.map(|percentile| percentile.to_string()))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    reader
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    let output = reader.wait_with_output().unwrap();
    assert!(output.status.success());
    let numbers = |line: &str| line.split(' ').map(|word| word.parse().unwrap()).collect();
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(numbers)
        .collect()
}

#[test]
#[ignore = "needs Python with hdrhistogram; `cargo xtask test` brings it along"]
fn another_implementation_reads_the_same_percentiles() {
    let python = std::env::var("TEST_PYTHON").expect("`cargo xtask test` says which Python");
    let mut lines = String::new();
    let mut expected = Vec::new();
    for samples in samples_ns() {
        let mut recorder = Recorder::default();
        for &sample_ns in &samples {
            recorder.answered(Moments {
                intended_ns: 0,
                actual_ns: 0,
                complete_ns: sample_ns,
            });
        }
        let hdr = recorder.recorded().ack_hdr.unwrap();
        lines.push_str(&hdr);
        lines.push('\n');
        let carried = LatencySummary {
            hdr,
            ..LatencySummary::default()
        };
        let summary = LatencySummary::from_histogram(&carried.histogram().unwrap());
        expected.push(vec![
            samples.len() as u64,
            summary.max_ns,
            summary.p50_ns,
            summary.p90_ns,
            summary.p99_ns,
            summary.p999_ns,
        ]);
    }
    assert_eq!(read_by_python(&python, &lines), expected);
}
