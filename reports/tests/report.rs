//! The report as a whole: the same bytes each time, nothing that a protocol's name could break, snapshots.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use reports::schema::Run;
use reports::{ReportOptions, Results, write};

fn written(results: &Results) -> BTreeMap<String, Vec<u8>> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let out = dir.path().join("report");
    write(results, &out, &ReportOptions::default()).expect("the report is written");
    let mut files = BTreeMap::new();
    read_into(&mut files, &out, &out);
    files
}

/// The report on the fixture, written once for all tests that only look at it.
fn fixture_files() -> &'static BTreeMap<String, Vec<u8>> {
    static FILES: LazyLock<BTreeMap<String, Vec<u8>>> =
        LazyLock::new(|| written(&common::fixture()));
    &FILES
}

fn read_into(files: &mut BTreeMap<String, Vec<u8>>, root: &Path, dir: &Path) {
    for entry in fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read_into(files, root, &path);
        } else {
            let name = path
                .strip_prefix(root)
                .expect("within")
                .display()
                .to_string();
            files.insert(name, fs::read(&path).expect("a file"));
        }
    }
}

fn text(files: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    String::from_utf8(files[name].clone()).expect("text")
}

fn is_a(name: &str, extension: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|own| own == extension)
}

#[test]
fn the_same_results_give_the_same_bytes() {
    let first = fixture_files();
    let second = written(&common::fixture());
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        second.keys().collect::<Vec<_>>()
    );
    for (name, content) in first {
        assert!(*content == second[name], "{name} differs");
    }
}

#[test]
fn a_saved_file_gives_the_same_report_as_the_results_in_memory() {
    let results = common::results();
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("results.json");
    results.save(&path).expect("it is saved");
    let loaded = Results::load(&path).expect("it is loaded");
    assert_eq!(results, loaded);
    assert!(written(&results) == written(&loaded));
}

#[test]
fn every_chart_is_there_in_both_formats() {
    let files = fixture_files();
    let charts: Vec<&String> = files
        .keys()
        .filter(|name| name.starts_with("charts/"))
        .collect();
    insta::assert_debug_snapshot!(charts);
    for (name, content) in files {
        assert!(!is_a(name, "tmp"), "{name} was left behind");
        if is_a(name, "png") {
            assert!(content.starts_with(b"\x89PNG"), "{name}");
        }
    }
}

#[test]
fn the_page_asks_nothing_of_a_network() {
    let page = text(fixture_files(), "index.html");
    assert!(page.len() < 1_500_000, "{} bytes", page.len());
    let without_namespaces = page.replace("http://www.w3.org/2000/svg", "");
    for forbidden in [
        "http://", "https://", "src=", "@import", "url(", "<script", "<link",
    ] {
        assert!(!without_namespaces.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn summary_markdown() {
    insta::assert_snapshot!(text(fixture_files(), "summary.md"));
}

#[test]
fn results_csv() {
    let csv = text(fixture_files(), "results.csv");
    // Twelve runs show all that there is to see.
    insta::assert_snapshot!(csv.lines().take(13).collect::<Vec<_>>().join("\n"));
}

#[test]
fn throughput_svg() {
    insta::assert_snapshot!(text(fixture_files(), "charts/throughput.svg"));
}

#[test]
fn a_script_in_a_name_stays_text() {
    const NAME: &str = "<script>alert('x')</script>";
    let mut results = common::fixture();
    for run in &mut results.runs {
        if run.protocol == "json" {
            NAME.clone_into(&mut run.protocol);
            run.valid = run.trial > 1;
            run.invalid_reasons = vec![NAME.to_owned()];
        }
    }
    let files = written(&results);
    for (name, content) in &files {
        if !is_a(name, "png") && !is_a(name, "csv") {
            let content = String::from_utf8_lossy(content);
            assert!(!content.contains("<script"), "{name}");
        }
    }
    assert!(text(&files, "index.html").contains("script&#62;alert"));
}

#[test]
fn few_samples_are_marked() {
    let files = fixture_files();
    let summary = text(files, "summary.md");
    let rows: Vec<&str> = summary
        .lines()
        .filter(|line| line.starts_with("| custom"))
        .collect();
    let latency = rows
        .iter()
        .find(|row| row.contains("| reply |"))
        .expect("a row of latencies");
    // 37,440 samples: enough beyond the 99th percentile, too few beyond the 99.9th.
    let entries: Vec<&str> = latency.split('|').map(str::trim).collect();
    assert_eq!(entries[3], "37,440");
    assert!(!entries[7].contains('†'), "p99: {}", entries[7]);
    assert!(entries[8].contains('†'), "p99.9: {}", entries[8]);
    assert!(summary.contains("† fewer than 100 samples"));
}

#[test]
fn invalid_runs_are_marked_and_left_out() {
    let mut results = common::fixture();
    let spoil = |run: &mut Run| {
        run.valid = false;
        run.invalid_reasons = vec!["3 messages were lost.".to_owned()];
        run.throughput_hz = 9e9;
    };
    results
        .runs
        .iter_mut()
        .filter(|run| run.protocol == "json")
        .for_each(spoil);
    let files = written(&results);
    let summary = text(&files, "summary.md");
    assert!(summary.contains("json (invalid)"), "{summary}");
    assert!(summary.contains("3 messages were lost."));
    assert!(!summary.contains("9,000,000,000"));
    assert!(!text(&files, "charts/throughput.svg").contains("json"));
}

#[test]
fn sections_without_data_are_left_out() {
    let mut results = common::fixture();
    results
        .runs
        .retain(|run| run.workload == "scaling" && run.accounts == 40);
    for run in &mut results.runs {
        run.server = None;
        run.loadgen = None;
        run.latency.delivery = None;
    }
    let files = written(&results);
    let summary = text(&files, "summary.md");
    assert!(!summary.contains("Table 1"));
    assert!(summary.contains("Table 2"));
    assert!(!summary.contains("CPU and memory"));
    assert!(!files.contains_key("charts/latency_delivery.svg"));
}

#[test]
fn no_runs_still_make_a_report() {
    let mut results = common::fixture();
    results.runs.clear();
    let files = written(&results);
    assert!(files.contains_key("index.html"));
    assert_eq!(text(&files, "results.csv").lines().count(), 1);
}

#[test]
fn other_conditions_are_never_mixed() {
    let memory = common::fixture();
    let mut sqlite = memory.clone();
    for run in &mut sqlite.runs {
        if run.protocol != "floor" {
            "sqlite".clone_into(&mut run.store);
            run.throughput_hz /= 10.0;
        }
    }
    let merged = Results::merge([memory, sqlite]).expect("two files");
    let summary = text(&written(&merged), "summary.md");
    assert!(summary.contains("custom · memory"), "{summary}");
    assert!(summary.contains("custom · sqlite"));
}

#[test]
fn an_unwritable_directory_is_one_clear_line() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let file = dir.path().join("file");
    fs::write(&file, "").expect("a file");
    let error = write(
        &common::fixture(),
        file.join("report"),
        &ReportOptions::default(),
    )
    .expect_err("a file is no directory");
    let message = error.to_string();
    assert!(
        message.starts_with("cannot create the directory"),
        "{message}"
    );
    assert!(!message.contains('\n'));
}
