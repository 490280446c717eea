//! What the bench targets have found, in files: each target is a process of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use serde::Deserialize;

/// A figure for each case, by the case's name.
pub type Figures = BTreeMap<String, f64>;

/// What is counted, for one run of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Instructions, under Callgrind.
    Instructions,
    /// How often memory was asked for, or asked to be larger.
    Allocations,
    /// How much memory was asked for, in bytes.
    AllocatedBytes,
}

/// The directory that cargo builds into, from what cargo calls `CARGO_TARGET_TMPDIR`.
///
/// # Panics
/// If that has no parent.
#[must_use]
pub fn target_directory(target_tmpdir: &'static str) -> &'static Path {
    let parent = Path::new(target_tmpdir).parent();
    parent.expect("cargo names a directory within the one that it builds into")
}

/// The directory for what benches find, made if it is not there.
///
/// # Errors
/// Whatever the system says.
pub fn directory(target: &Path) -> Result<PathBuf> {
    let directory = target.join("bench");
    fs::create_dir_all(&directory).context("cannot make the directory for figures")?;
    Ok(directory)
}

/// A count of one run, for each of the times that the run did it.
#[must_use]
pub fn for_each(count: u64, times: u32) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of one run stay far below 2^52"
    )]
    let count = count as f64;
    count / f64::from(times)
}

impl Count {
    const fn file_name(self) -> &'static str {
        match self {
            Self::Instructions => "instructions.json",
            Self::Allocations => "allocations.json",
            Self::AllocatedBytes => "allocated_bytes.json",
        }
    }

    /// Keeps what was counted.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn save(self, target: &Path, figures: &Figures) -> Result<()> {
        let path = directory(target)?.join(self.file_name());
        let text = serde_json::to_string_pretty(figures)?;
        fs::write(path, text).with_context(|| format!("cannot write {}", self.file_name()))
    }

    /// What was counted since then; nothing if it was not.
    ///
    /// # Errors
    /// If the file is there and is something else.
    pub fn load(self, target: &Path, since: SystemTime) -> Result<Figures> {
        let path = target.join("bench").join(self.file_name());
        let text = read_if_newer(&path, since);
        let figures = text.map_or_else(|| Ok(Figures::new()), |text| serde_json::from_str(&text));
        figures.with_context(|| format!("{} holds no figures", self.file_name()))
    }
}

/// Criterion's estimates of what was measured since then, in nanoseconds: the slope over the number of iterations where
/// there is one, the mean otherwise, as Criterion prints them. Names that `wanted` refuses are left out.
///
/// # Errors
/// If Criterion's files are not what they were.
pub fn times_ns(
    target: &Path,
    since: SystemTime,
    wanted: impl Fn(&str) -> bool,
) -> Result<Figures> {
    let mut figures = Figures::new();
    for group in subdirectories(&target.join("criterion")) {
        for bench in subdirectories(&group) {
            let newest = bench.join("new");
            let Some(estimates) = read_if_newer(&newest.join("estimates.json"), since) else {
                continue;
            };
            let bench = fs::read_to_string(newest.join("benchmark.json"))?;
            let bench: Bench = serde_json::from_str(&bench).context(
                "Criterion's benchmark.json has another shape than Criterion 0.8 gave it",
            )?;
            if wanted(&bench.full_id) {
                let estimates: Estimates = serde_json::from_str(&estimates).context(
                    "Criterion's estimates.json has another shape than Criterion 0.8 gave it",
                )?;
                let estimate = estimates.slope.unwrap_or(estimates.mean);
                figures.insert(bench.full_id, estimate.point_estimate);
            }
        }
    }
    Ok(figures)
}

#[derive(Deserialize)]
struct Bench {
    full_id: String,
}

#[derive(Deserialize)]
struct Estimates {
    mean: Estimate,
    slope: Option<Estimate>,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
}

fn read_if_newer(path: &Path, since: SystemTime) -> Option<String> {
    let changed = fs::metadata(path).and_then(|metadata| metadata.modified());
    changed
        .is_ok_and(|changed| changed >= since)
        .then(|| fs::read_to_string(path).ok())
        .flatten()
}

fn subdirectories(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| path.is_dir()).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn criterion_s(target: &Path, id: &str, estimates: &str) {
        let new = target
            .join("criterion/group")
            .join(id.replace('/', "_"))
            .join("new");
        fs::create_dir_all(&new).unwrap();
        let bench = serde_json::json!({ "group_id": "group", "full_id": id });
        fs::write(new.join("benchmark.json"), bench.to_string()).unwrap();
        fs::write(new.join("estimates.json"), estimates).unwrap();
    }

    #[test]
    fn criterion_s_estimates_are_found() {
        let target = tempfile::tempdir().unwrap();
        let mean = r#"{"mean":{"point_estimate":3.5,"standard_error":1.0},"slope":null}"#;
        let slope = r#"{"mean":{"point_estimate":9.0},"slope":{"point_estimate":4.5}}"#;
        criterion_s(target.path(), "codec/a", mean);
        criterion_s(target.path(), "codec/b", slope);
        criterion_s(target.path(), "core/c", mean);
        fs::create_dir_all(target.path().join("criterion/report")).unwrap();
        let wanted = |id: &str| id.starts_with("codec/");
        let found = times_ns(target.path(), SystemTime::UNIX_EPOCH, wanted).unwrap();
        let expected = [("codec/a", 3.5), ("codec/b", 4.5)].map(|(id, ns)| (id.to_owned(), ns));
        assert_eq!(found, Figures::from(expected));
    }

    #[test]
    fn figures_of_an_earlier_build_are_left_out() {
        let target = tempfile::tempdir().unwrap();
        let figures = Figures::from([("codec/a".to_owned(), 7.0)]);
        Count::Instructions.save(target.path(), &figures).unwrap();
        criterion_s(target.path(), "codec/a", r#"{"mean":{"point_estimate":1}}"#);
        let load = |since| Count::Instructions.load(target.path(), since).unwrap();
        assert_eq!(load(SystemTime::UNIX_EPOCH), figures);
        let later = SystemTime::now() + Duration::from_hours(1);
        assert_eq!(load(later), Figures::new());
        let times = times_ns(target.path(), later, |_| true).unwrap();
        assert_eq!(times, Figures::new());
    }

    #[test]
    fn what_was_never_counted_is_no_error() {
        let target = tempfile::tempdir().unwrap();
        let since = SystemTime::UNIX_EPOCH;
        let load = Count::Allocations.load(target.path(), since);
        assert_eq!(load.unwrap(), Figures::new());
    }
}
