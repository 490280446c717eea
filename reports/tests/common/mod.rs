//! Results as a run of the harness leaves them: four protocols, both workloads, two trials, made up but plausible.

#![expect(dead_code, reason = "each test file uses a part")]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "made-up numbers of a modest size"
)]

use std::path::PathBuf;

use hdrhistogram::Histogram;
use reports::Results;
use reports::schema::{
    ByteCounts, ByteLayers, BytesPerMessage, Config, HandshakeBytes, Intervals, Latency,
    LatencySummary, Ledger, Machine, ProcessCost, Run, phase, workload,
};

/// What tells the made-up protocols apart.
struct Shape {
    protocol: &'static str,
    codec: &'static str,
    transport: &'static str,
    rate_hz: f64,
    latency_median_ns: f64,
    cpu_ns: f64,
    /// Stream bytes of request, reply, event.
    parts: [f64; 3],
    /// The share of the stream that the codec made.
    message_share: f64,
    /// Bytes that TCP/IP adds to a message.
    headers: f64,
    rss_bytes: f64,
}

const SHAPES: [Shape; 4] = [
    Shape {
        protocol: "custom",
        codec: "custom",
        transport: "tcp",
        rate_hz: 92_000.0,
        latency_median_ns: 410_000.0,
        cpu_ns: 6_300.0,
        parts: [7.6, 3.4, 10.9],
        message_share: 0.87,
        headers: 14.0,
        rss_bytes: 21.0e6,
    },
    Shape {
        protocol: "json",
        codec: "json",
        transport: "tcp",
        rate_hz: 71_000.0,
        latency_median_ns: 540_000.0,
        cpu_ns: 8_900.0,
        parts: [45.0, 31.0, 88.0],
        message_share: 0.98,
        headers: 17.0,
        rss_bytes: 24.0e6,
    },
    Shape {
        protocol: "grpc",
        codec: "protobuf",
        transport: "grpc",
        rate_hz: 19_500.0,
        latency_median_ns: 1_900_000.0,
        cpu_ns: 39_000.0,
        parts: [84.0, 41.0, 46.0],
        message_share: 0.31,
        headers: 66.0,
        rss_bytes: 38.0e6,
    },
    Shape {
        protocol: "floor",
        codec: "floor",
        transport: "tcp",
        rate_hz: 158_000.0,
        latency_median_ns: 230_000.0,
        cpu_ns: 2_900.0,
        parts: [8.0, 8.0, 8.0],
        message_share: 1.0,
        headers: 11.0,
        rss_bytes: 4.1e6,
    },
];

/// A small generator of random numbers, so that the fixture never depends on a library's.
pub(crate) struct Random(u64);

impl Random {
    /// From a seed that is not zero.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Uniform between 0 and 1, both excluded.
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    fn normal(&mut self) -> f64 {
        let (radius, angle) = (
            (-2.0 * self.uniform().ln()).sqrt(),
            std::f64::consts::TAU * self.uniform(),
        );
        radius * angle.cos()
    }

    /// Around 1, a few percent up or down.
    fn jitter(&mut self) -> f64 {
        1.0 + 0.03 * self.normal()
    }
}

/// The results.
pub(crate) fn results() -> Results {
    let mut random = Random::new(0x5EED_CAFE);
    let mut results = Results::new(machine(), config());
    for trial in 1..=2 {
        for shape in &SHAPES {
            if shape.protocol != "floor" {
                results
                    .runs
                    .push(run(shape, Plan::efficiency(trial), &mut random));
            }
            for accounts in [10, 20, 30, 40] {
                results
                    .runs
                    .push(run(shape, Plan::scaling(trial, accounts), &mut random));
            }
        }
    }
    results
}

/// The accounts of [`eight_rounds`].
const ACCOUNTS: u32 = 40;

/// Eight rounds of trials in one cell, enough for words, with a control that differs from its original by chance alone.
pub(crate) fn eight_rounds() -> Results {
    let mut random = Random::new(0x5EED_CAFE);
    let mut results = Results::new(machine(), config());
    results.config.trials = 8;
    for trial in 1..=8 {
        for shape in &SHAPES {
            results
                .runs
                .push(run(shape, Plan::scaling(trial, ACCOUNTS), &mut random));
        }
        results.runs.push(Run {
            protocol: "custom (again)".to_owned(),
            control_of: Some("custom".to_owned()),
            ..run(&SHAPES[0], Plan::scaling(trial, ACCOUNTS), &mut random)
        });
    }
    for run in &mut results.runs {
        run.intervals = Some(Intervals {
            interval_ns: 10_000_000,
            acknowledged: (0..25).map(|place| 900 + 30 * (place % 3)).collect(),
        });
    }
    results
}

/// The committed fixture.
pub(crate) fn fixture_path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/results.json")
}

/// The committed fixture, loaded.
pub(crate) fn fixture() -> Results {
    Results::load(fixture_path()).expect("the fixture is a results file")
}

fn machine() -> Machine {
    Machine {
        cpu_model: "Example CPU @ 2.60GHz".to_owned(),
        cores: 2,
        memory_bytes: 24 << 30,
        os: "Debian GNU/Linux 12".to_owned(),
        kernel: "6.1.0".to_owned(),
        rustc: "rustc 1.95.0".to_owned(),
        git_revision: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        lock_sha256: Some(
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        ),
    }
}

fn config() -> Config {
    Config {
        command: [
            "loadgen",
            "--protocol",
            "custom,json,grpc,floor",
            "--trials",
            "2",
            "--seed",
            "7",
        ]
        .map(str::to_owned)
        .to_vec(),
        started_at: "2026-11-20T10:00:00Z".to_owned(),
        seed: 7,
        trials: 2,
        protocols: SHAPES
            .iter()
            .map(|shape| shape.protocol.to_owned())
            .collect(),
        workloads: vec![
            workload::EFFICIENCY.to_owned(),
            workload::SCALING.to_owned(),
        ],
        accounts: vec![10, 20, 30, 40],
        rounds: None,
        in_flight: 16,
        store: "memory".to_owned(),
        delivery: "push".to_owned(),
        scram_iterations: Some(4096),
        server_threads: Some(1),
        loadgen_threads: Some(1),
        ..Config::default()
    }
}

/// What a run is about to do.
#[derive(Clone, Copy)]
struct Plan {
    workload: &'static str,
    trial: u32,
    accounts: u32,
    first_round: u64,
    rounds: u32,
}

impl Plan {
    fn efficiency(trial: u32) -> Self {
        Self {
            workload: workload::EFFICIENCY,
            trial,
            accounts: 2,
            first_round: 20,
            rounds: 1,
        }
    }

    fn scaling(trial: u32, accounts: u32) -> Self {
        Self {
            workload: workload::SCALING,
            trial,
            accounts,
            first_round: u64::from(accounts * (accounts - 1)),
            rounds: 12,
        }
    }

    fn messages(self) -> u64 {
        self.first_round * u64::from(self.rounds)
    }
}

fn run(shape: &Shape, plan: Plan, random: &mut Random) -> Run {
    let is_floor = shape.protocol == "floor";
    let rate_hz = shape.rate_hz * random.jitter() * (1.0 - 1.2 / f64::from(plan.accounts));
    let messages = plan.messages();
    let ns = |count: u64, cost_ns: f64| (count as f64 * cost_ns) as u64;
    let accounts = u64::from(plan.accounts);
    let mut run = Run {
        protocol: shape.protocol.to_owned(),
        codec: shape.codec.to_owned(),
        transport: shape.transport.to_owned(),
        workload: plan.workload.to_owned(),
        accounts: plan.accounts,
        rounds: plan.rounds,
        in_flight: 16,
        message_bytes: (plan.workload == workload::SCALING).then_some(5),
        store: if is_floor { "none" } else { "memory" }.to_owned(),
        trial: plan.trial,
        valid: true,
        messages,
        messages_first_round: plan.first_round,
        throughput_hz: rate_hz,
        ..Run::default()
    };
    let message_ns = ns(plan.first_round, 1e9 / rate_hz);
    run.phases_ns = [
        (phase::CONNECT, ns(accounts, 90_000.0)),
        (phase::CREATE, ns(accounts, 8e9 / rate_hz)),
        (phase::LOG_IN, ns(accounts, 16e9 / rate_hz)),
        (phase::MESSAGE, message_ns),
        (
            phase::MESSAGE_REST,
            ns(messages - plan.first_round, 1e9 / rate_hz),
        ),
        (phase::DELETE, ns(accounts, 9e9 / rate_hz)),
    ]
    .map(|(name, ns)| (name.to_owned(), ns))
    .into();
    run.elapsed_ns = run
        .phases_ns
        .iter()
        .filter(|(name, _)| phase::is_notebooks(name) && *name != phase::CONNECT)
        .map(|(_, ns)| ns)
        .sum();
    fill_bytes(&mut run, shape, plan);
    fill_latency(&mut run, shape, random);
    fill_costs(&mut run, shape, random);
    run.ledger = Ledger {
        scheduled: messages + 4 * accounts,
        ok: messages + 4 * accounts,
        delivered: messages,
        ..Ledger::default()
    };
    run.state_digest = (!is_floor).then(|| format!("{:064x}", 0xD16E_57A7_u64 * accounts));
    run
}

fn fill_bytes(run: &mut Run, shape: &Shape, plan: Plan) {
    let [request, reply, event] = shape.parts;
    let layers = |count: u64, stream: f64, payload: f64| {
        let all = |bytes: f64| (count as f64 * bytes).round() as u64;
        ByteLayers {
            payload: all(payload),
            message: all(stream * shape.message_share),
            stream: all(stream),
            wire: Some(all(stream + shape.headers)),
        }
    };
    let payload = if shape.protocol == "floor" {
        [8.0, 8.0]
    } else {
        [11.0, 11.0]
    };
    let counts = |count: u64| ByteCounts {
        sent: layers(count, request, payload[0]),
        received: layers(count, reply + event, payload[1]),
    };
    let rest = run.messages - plan.first_round;
    let mut phases = vec![
        (phase::CREATE, counts(u64::from(plan.accounts) * 8)),
        (phase::LOG_IN, counts(u64::from(plan.accounts) * 11)),
        (phase::MESSAGE, counts(plan.first_round)),
        (phase::DELETE, counts(u64::from(plan.accounts))),
    ];
    if plan.workload == workload::EFFICIENCY {
        phases.push((phase::READ, counts(12)));
    }
    for (_, counts) in &phases {
        run.bytes.sent = sum(run.bytes.sent, counts.sent);
        run.bytes.received = sum(run.bytes.received, counts.received);
    }
    if rest > 0 {
        phases.push((phase::MESSAGE_REST, counts(rest)));
        run.bytes_per_message = Some(BytesPerMessage {
            request,
            reply,
            event,
        });
    }
    run.bytes_by_phase = phases
        .into_iter()
        .map(|(name, counts)| (name.to_owned(), counts))
        .collect();
    run.handshake_bytes = HandshakeBytes {
        sent: u64::from(plan.accounts) * 9,
        received: u64::from(plan.accounts) * 14,
    };
}

fn sum(a: ByteLayers, b: ByteLayers) -> ByteLayers {
    ByteLayers {
        payload: a.payload + b.payload,
        message: a.message + b.message,
        stream: a.stream + b.stream,
        wire: Some(a.wire.unwrap_or(0) + b.wire.unwrap_or(0)),
    }
}

fn fill_latency(run: &mut Run, shape: &Shape, random: &mut Random) {
    let median_ns = shape.latency_median_ns * (0.4 + f64::from(run.accounts) / 66.0);
    let mut summary = |factor: f64| {
        let mut histogram = Histogram::<u64>::new(3).expect("3 digits are allowed");
        for _ in 0..run.messages {
            let tail = if random.uniform() < 0.004 { 4.0 } else { 1.0 };
            let ns = median_ns * factor * tail * (0.28 * random.normal()).exp();
            histogram.record(ns as u64).expect("it resizes itself");
        }
        LatencySummary::from_histogram(&histogram)
    };
    let ack = Some(summary(1.0));
    let delivery = (run.workload == workload::SCALING).then(|| summary(1.12));
    run.latency = Latency {
        ack,
        delivery,
        ..Latency::default()
    };
}

fn fill_costs(run: &mut Run, shape: &Shape, random: &mut Random) {
    let mut cost = |factor: f64, rss_bytes: f64| {
        let total_ns = run.messages as f64 * shape.cpu_ns * factor * random.jitter();
        ProcessCost {
            cpu_user_ns: (total_ns * 0.58) as u64,
            cpu_system_ns: (total_ns * 0.42) as u64,
            rss_peak_bytes: (rss_bytes * (1.0 + f64::from(run.accounts) / 90.0) * random.jitter())
                as u64,
            context_switches_voluntary: run.messages / 9,
            context_switches_involuntary: run.messages / 310,
            network_sent_bytes: Some(run.bytes.received.stream),
            network_received_bytes: Some(run.bytes.sent.stream),
            ..ProcessCost::default()
        }
    };
    run.server = Some(cost(1.0, shape.rss_bytes));
    run.loadgen = Some(cost(0.85, 17.0e6));
    run.cost_window_messages = run.messages;
}
