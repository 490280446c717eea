//! A program that says what it is told to say, in place of one that measures: so that a gate's verdicts depend on no
//! clock.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use reports::Results;
use reports::gate::baseline::{BASELINE_SCHEMA, Baseline, Exact};
use reports::gate::metric::MetricId;
use reports::schema::{Config, Latency, LatencySummary, Machine, ProcessCost, Run};

/// The metric that stand-ins say something of, byte by byte.
pub(crate) const EXACT_METRIC: &str = "message/custom/request/send/bytes";

/// A program in a directory of its own.
pub(crate) struct StandIn {
    directory: tempfile::TempDir,
}

impl StandIn {
    /// One whose trials are valid, all alike, and end well.
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().expect("there is room");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gate/stand_in.sh");
        symlink(script, directory.path().join("loadgen")).expect("links can be made");
        Self { directory }
            .saying("exit", "0")
            .saying("stderr", "")
            .of_bytes("0102")
            .measuring([run(1_000_000), run(1_000_000)])
    }

    /// The path to call it by.
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("loadgen")
    }

    /// A file beside it.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// With this in one of the files beside it.
    pub(crate) fn saying(self, name: &str, text: &str) -> Self {
        fs::write(self.beside(name), text).expect("there is room");
        self
    }

    /// With these bytes as what is exact of it, in hexadecimal.
    pub(crate) fn of_bytes(self, hex: &str) -> Self {
        let value = hex.len() as u64 / 2;
        let hex = Some(hex.to_owned());
        let exact = |name: &str, value, hex| (MetricId::of(&[name]), Exact { value, hex });
        let baseline = Baseline {
            schema: BASELINE_SCHEMA,
            exact: BTreeMap::from([
                exact(EXACT_METRIC, value, hex),
                exact("message/json/request/send/bytes", 40, None),
            ]),
            counted: None,
        };
        self.saying("baseline.json", &baseline.to_text())
    }

    /// With the first of these runs in trials with even seeds, and the second in those with odd ones.
    pub(crate) fn measuring(mut self, runs: [Run; 2]) -> Self {
        for (parity, run) in runs.into_iter().enumerate() {
            let mut results = Results::new(Machine::default(), Config::default());
            results.runs.push(run);
            let text = serde_json::to_string(&results).expect("results are plain data");
            self = self.saying(&format!("results-{parity}.json"), &text);
        }
        self
    }
}

/// A valid run over any protocol in which the server spent so much on 1,000 messages.
pub(crate) fn run(server_cpu_ns: u64) -> Run {
    let latency = || {
        Some(LatencySummary {
            count: 100_000,
            p50_ns: 50_000,
            p90_ns: 60_000,
            p99_ns: 70_000,
            ..LatencySummary::default()
        })
    };
    Run {
        protocol: "@".to_owned(),
        workload: "scaling".to_owned(),
        accounts: 20,
        in_flight: 8,
        store: "memory".to_owned(),
        rounds: 7,
        valid: true,
        messages: 1_000,
        throughput_hz: 10_000.0,
        latency: Latency {
            ack: latency(),
            delivery: latency(),
            ..Latency::default()
        },
        server: Some(ProcessCost {
            cpu_user_ns: server_cpu_ns,
            rss_peak_bytes: 1 << 20,
            ..ProcessCost::default()
        }),
        cost_window_messages: 1_000,
        ..Run::default()
    }
}

/// A run that does not count, for this reason.
pub(crate) fn invalid(reason: &str) -> Run {
    Run {
        valid: false,
        invalid_reasons: vec![reason.to_owned()],
        ..run(1_000_000)
    }
}
