//! Tells the program what it is built with and from: results without that cannot be compared later.

use std::process::Command;

/// What, if changed, makes the source tree another one than the revision says.
const SOURCES: [&str; 5] = [
    "../Cargo.lock",
    "../server-core/src",
    "../protocols/src",
    "../reports/src",
    "src",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version =
        output(&rustc, &["--version"]).unwrap_or_else(|| "rustc of an unknown version".to_owned());
    println!("cargo::rustc-env=LOADGEN_RUSTC={version}");
    let variable = |name| std::env::var(name).unwrap_or_default();
    println!("cargo::rustc-env=LOADGEN_TARGET={}", variable("TARGET"));
    println!(
        "cargo::rustc-env=LOADGEN_PROFILE={}, opt-level {}",
        variable("PROFILE"),
        variable("OPT_LEVEL")
    );
    // Without git, or outside of a working tree, there is no revision to tell.
    if let Some(revision) = revision() {
        println!("cargo::rustc-env=LOADGEN_GIT_REVISION={revision}");
    }
}

fn revision() -> Option<String> {
    let head = output("git", &["rev-parse", "HEAD"])?;
    // Where HEAD moves, its log grows; in a linked working tree both lie elsewhere.
    for file in ["HEAD", "logs/HEAD"] {
        println!(
            "cargo::rerun-if-changed={}",
            output("git", &["rev-parse", "--git-path", file])?
        );
    }
    let changes = output("git", &["status", "--porcelain", "--untracked-files=no"])?;
    Some(if changes.is_empty() {
        head
    } else {
        format!("{head}-dirty")
    })
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
